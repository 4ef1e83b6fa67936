#!/bin/bash
export APP_BASE_DIR="/opt/bitnami/app"
export APP_BIN_DIR="${APP_BASE_DIR}/bin"
export APP_CONF_FILE="${APP_BASE_DIR}/conf/app.conf"
export APP_PORT_NUMBER="${APP_PORT_NUMBER:-3306}"
export APP_DAEMON_USER="app"
