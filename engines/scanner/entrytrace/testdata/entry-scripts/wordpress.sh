#!/usr/bin/env bash
set -Eeuo pipefail

if [[ "$1" == apache2* ]] || [ "$1" = 'php-fpm' ]; then
	uid="$(id -u)"
	gid="$(id -g)"
	if [ "$uid" = '0' ]; then
		case "$1" in
			apache2*)
				user="${APACHE_RUN_USER:-www-data}"
				pound='#'
				user="${user#$pound}"
				;;
			*) user='www-data' ;;
		esac
	else
		user="$uid"
	fi
	if [ ! -e index.php ] && [ ! -e wp-includes/version.php ]; then
		if [ "$uid" = '0' ] && [ "$(stat -c '%u:%g' .)" = '0:0' ]; then
			chown "$user" .
		fi
		sourceTarArgs=( --create --file - --directory /usr/src/wordpress )
		for contentPath in /usr/src/wordpress/.htaccess /usr/src/wordpress/wp-content/*/*/; do
			contentPath="${contentPath%/}"
			[ -e "$contentPath" ] || continue
			sourceTarArgs+=( --exclude="./$contentPath" )
		done
		tar "${sourceTarArgs[@]}" . | tar --extract --file -
	fi
fi

exec "$@"
