#!/usr/bin/env bash
set -Eeo pipefail

from_file() {
	local name="$1" file_name="${1}_FILE" default="${2:-}"
	if [ "${!name:-}" ] && [ "${!file_name:-}" ]; then
		printf >&2 'error: both %s and %s are set\n' "$name" "$file_name"
		exit 1
	fi
	local value="$default"
	if [ "${!name:-}" ]; then
		value="${!name}"
	elif [ "${!file_name:-}" ]; then
		value="$(< "${!file_name}")"
	fi
	export "$name"="$value"
	unset "$file_name"
}

is_sourced() {
	[ "${#FUNCNAME[@]}" -ge 2 ] \
		&& [ "${FUNCNAME[0]}" = 'is_sourced' ] \
		&& [ "${FUNCNAME[1]}" = 'source' ]
}

create_directories() {
	local user; user="$(id -u)"
	mkdir -p "$PGDATA"
	chmod 00700 "$PGDATA" || :
	if [ "$user" = '0' ]; then
		find "$PGDATA" \! -user postgres -exec chown postgres '{}' +
	fi
}

process_init_files() {
	local f
	for f; do
		case "$f" in
			*.sh) if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
			*.sql) process_sql -f "$f" ;;
			*) printf 'ignoring %s\n' "$f" ;;
		esac
	done
}

setup_env() {
	from_file 'POSTGRES_PASSWORD'
	from_file 'POSTGRES_USER' 'postgres'
	declare -g DATABASE_ALREADY_EXISTS
	: "${DATABASE_ALREADY_EXISTS:=}"
	if [ -s "$PGDATA/PG_VERSION" ]; then
		DATABASE_ALREADY_EXISTS='true'
	fi
}

want_help() {
	local arg
	for arg; do
		case "$arg" in
			-'?'|--help|--describe-config|-V|--version) return 0 ;;
		esac
	done
	return 1
}

main() {
	if [ "${1:0:1}" = '-' ]; then
		set -- postgres "$@"
	fi
	if [ "$1" = 'postgres' ] && ! want_help "$@"; then
		setup_env
		create_directories
		if [ "$(id -u)" = '0' ]; then
			exec gosu postgres "$BASH_SOURCE" "$@"
		fi
		if [ -z "$DATABASE_ALREADY_EXISTS" ]; then
			ls /docker-entrypoint-initdb.d/ > /dev/null
			eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") "$@"'
			pg_ctl -D "$PGDATA" -w start
			process_init_files /docker-entrypoint-initdb.d/*
			pg_ctl -D "$PGDATA" -m fast -w stop
		fi
	fi
	exec "$@"
}

if ! is_sourced; then
	main "$@"
fi
