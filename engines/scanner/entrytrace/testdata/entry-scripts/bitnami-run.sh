#!/bin/bash
set -o errexit
set -o nounset

. /opt/bitnami/scripts/libos.sh
. /opt/bitnami/scripts/app-env.sh

args=("--defaults-file=${APP_CONF_FILE}" "--port=${APP_PORT_NUMBER}")
if [[ -n "${APP_EXTRA_FLAGS:-}" ]]; then
    read -r -a extra <<< "$APP_EXTRA_FLAGS"
    args+=("${extra[@]}")
fi
args+=("$@")

if am_i_root; then
    exec_as_user "$APP_DAEMON_USER" "${APP_BIN_DIR}/appd" "${args[@]}"
else
    exec "${APP_BIN_DIR}/appd" "${args[@]}"
fi
