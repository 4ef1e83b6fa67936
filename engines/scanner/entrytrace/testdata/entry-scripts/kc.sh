#!/bin/bash

case "`uname`" in
    CYGWIN*) IS_CYGWIN="true" ;;
esac

RESOLVED_NAME="$(readlink -f "$0")"
DIRNAME="$(dirname "$RESOLVED_NAME")"

abs_path () {
  echo "$DIRNAME/$1"
}

SERVER_OPTS="-Dkc.home.dir='$(abs_path '..')'"
SERVER_OPTS="$SERVER_OPTS -Djboss.server.config.dir='$(abs_path '../conf')'"
CLASSPATH_OPTS="'$(abs_path "../lib/quarkus-run.jar")'"

DEBUG_MODE="${DEBUG:-false}"
CONFIG_ARGS=${CONFIG_ARGS:-""}

while [ "$#" -gt 0 ]
do
    case "$1" in
      --debug)
          DEBUG_MODE=true
          shift
          ;;
      start-dev)
          CONFIG_ARGS="$CONFIG_ARGS --profile=dev $1"
          ;;
      -D*)
          SERVER_OPTS="$SERVER_OPTS $1"
          ;;
      *)
          OPT=$(echo "$1" | sed "s/'/'\\\\''/g")
          CONFIG_ARGS="$CONFIG_ARGS '$OPT'"
          ;;
    esac
    shift
done

if [ "x$JAVA" = "x" ]; then
    if [ "x$JAVA_HOME" != "x" ]; then
        JAVA="$JAVA_HOME/bin/java"
    else
        JAVA="java"
    fi
fi

if [ "x$JAVA_OPTS" = "x" ]; then
   JAVA_OPTS="-XX:MetaspaceSize=96M $JAVA_OPTS_KC_HEAP -Dfile.encoding=UTF-8"
fi

JAVA_RUN_OPTS="-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.example.Factory $JAVA_OPTS $SERVER_OPTS -cp $CLASSPATH_OPTS io.quarkus.bootstrap.runner.QuarkusEntryPoint ${CONFIG_ARGS#?}"

if [ "$PRINT_ENV" = "true" ]; then
  echo "Using JAVA_RUN_OPTS: $JAVA_RUN_OPTS"
fi

eval "exec '$JAVA' $JAVA_RUN_OPTS"
