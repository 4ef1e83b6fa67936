#!/bin/bash
set -eo pipefail
shopt -s nullglob

fail() { echo >&2 "[ERROR]: $*"; exit 1; }

check_config() {
	local toRun=( "$@" --verbose --help ) errors
	if ! errors="$("${toRun[@]}" 2>&1 >/dev/null)"; then
		fail "mysqld failed: $errors"
	fi
}

verify_environment() {
	if [ -z "$MYSQL_ROOT_PASSWORD" -a -z "$MYSQL_ALLOW_EMPTY_PASSWORD" -a -z "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
		fail 'Database is uninitialized and password option is not specified'
	fi
}

main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- mysqld "$@"
	fi
	if [ "$1" = 'mysqld' ]; then
		check_config "$@"
		if [ "$(id -u)" = "0" ]; then
			exec gosu mysql "$BASH_SOURCE" "$@"
		fi
		declare -g DATABASE_ALREADY_EXISTS
		if [ -d "/var/lib/mysql/mysql" ]; then
			DATABASE_ALREADY_EXISTS='true'
		fi
		if [ -z "$DATABASE_ALREADY_EXISTS" ]; then
			verify_environment
			mysqld --initialize-insecure
		fi
	fi
	exec "$@"
}
main "$@"
