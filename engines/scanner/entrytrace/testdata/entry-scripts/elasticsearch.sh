#!/bin/bash
set -e
umask 0002

run_as_other_user_if_needed() {
  if [[ "$(id -u)" == "0" ]]; then
    exec chroot --userspec=1000:0 / "${@}"
  else
    exec "${@}"
  fi
}

if [[ "$1" == "eswrapper" ]]; then
  set -- '/usr/share/elasticsearch/bin/elasticsearch' "${@:2}"
fi

if [[ -f bin/elasticsearch-users ]]; then
  if [[ "$(id -u)" == "0" ]]; then
    chown -R 1000:0 data
  fi
fi

run_as_other_user_if_needed "$@" <<<"$KEYSTORE_PASSWORD"
