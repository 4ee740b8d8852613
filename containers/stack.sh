#!/usr/bin/env bash
# What system-up.sh and system-down.sh have in common; both read it in, from the top folder.

readonly NETWORK=nvelopes-network
readonly SECRETS=containers/.env

# The stack's own come from its file, whatever this shell has.
unset DB_CONNECTION_STRING JWT_SECRET_KEY MONGO_LEDGER_PASSWORD MONGO_ROOT_PASSWORD

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

database() {
  docker compose --env-file "${ENV_FILE:-$SECRETS}" --file containers/mongo/docker-compose.yml "$@"
}

service() {
  docker compose --env-file "${ENV_FILE:-$SECRETS}" --file containers/docker-compose.yml "$@"
}

need_docker() {
  command -v docker >/dev/null ||
    fail 'docker is not installed: https://docs.docker.com/engine/install/'
  docker compose version >/dev/null 2>&1 ||
    fail 'docker has no "compose": install the plugin, https://docs.docker.com/compose/install/'
  docker info >/dev/null 2>&1 ||
    fail 'the docker engine does not answer: is it started, and may this user use it?'
}

has_network() {
  docker network inspect "$NETWORK" >/dev/null 2>&1
}
