#!/bin/bash
am_i_root() {
    if [[ "$(id -u)" = "0" ]]; then
        true
    else
        false
    fi
}
exec_as_user() {
    local -r user="${1:?missing user}"
    shift 1
    exec gosu "$user" "$@"
}
