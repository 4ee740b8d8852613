#!/usr/bin/env bash
# Stops the service and the database that system-up.sh has brought up, and removes their containers and the network. The
# data stay in their volumes, unless --volumes is given and the question is answered with yes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=containers/stack.sh
. containers/stack.sh

volumes=()
case "$*" in
  '') ;;
  --volumes) volumes=(--volumes) ;;
  *) fail 'usage: ./system-down.sh [--volumes]' ;;
esac

need_docker

if [ "${#volumes[@]}" -gt 0 ]; then
  printf 'This removes all data of the database for ever. Type yes to go on: '
  read -r answer || answer=
  [ "$answer" = yes ] || fail 'nothing was stopped, nothing was removed'
fi

# Compose wants to know them even to stop; it does not use them.
if [ ! -f "$SECRETS" ]; then
  export MONGO_ROOT_PASSWORD=gone MONGO_LEDGER_PASSWORD=gone DB_CONNECTION_STRING=gone JWT_SECRET_KEY=gone
  readonly ENV_FILE=/dev/null
fi

service down
database down ${volumes[@]+"${volumes[@]}"}

if has_network; then
  docker network rm "$NETWORK" >/dev/null ||
    fail "the network $NETWORK is still there: a container that is not of this stack uses it"
fi
printf 'All is down. %s\n' "$([ "${#volumes[@]}" -gt 0 ] && echo 'The data are removed.' || echo 'The data are kept.')"
