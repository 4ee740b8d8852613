#!/usr/bin/env bash
# Brings up MongoDB as a replica set of three members, and the service on it, in containers. Can be run again at any time:
# what runs is left running, secrets and data stay. UP_PATIENCE: how many seconds each part may take, 180 unless set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=containers/stack.sh
. containers/stack.sh

readonly KEYFILE=containers/mongo/keyfile
readonly MEMBERS='mongo1 mongo2 mongo3'
readonly PATIENCE=${UP_PATIENCE:-180}
readonly PORT=${LEDGER_PORT:-8000}

say() {
  printf '== %s\n' "$*"
}

random_hex() {
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

# Written aside and moved, so that nobody ever finds half of it.
write_secrets() {
  local root ledger key
  root=$(random_hex)
  ledger=$(random_hex)
  key=$(random_hex)
  cat >"$SECRETS.new" <<END
# Made by system-up.sh. The data in the volumes can be read with these passwords only.
MONGO_ROOT_PASSWORD=$root
MONGO_LEDGER_PASSWORD=$ledger
DB_CONNECTION_STRING=mongodb://ledger:$ledger@mongo1:27017,mongo2:27018,mongo3:27019/envelope_ledger?replicaSet=rs0
JWT_SECRET_KEY=$key
END
  mv "$SECRETS.new" "$SECRETS"
}

make_secrets() {
  local name
  (umask 077 && make_missing)
  for name in MONGO_ROOT_PASSWORD MONGO_LEDGER_PASSWORD DB_CONNECTION_STRING JWT_SECRET_KEY; do
    grep -q "^$name=." "$SECRETS" || fail "$SECRETS has no $name: put it back"
  done
  [ -f "$KEYFILE" ] || fail "$KEYFILE is no file: remove it"
}

make_missing() {
  local volumes
  if [ ! -f "$SECRETS" ]; then
    volumes=$(docker volume ls --quiet --filter label=com.docker.compose.project=envelope-ledger-mongo)
    [ -z "$volumes" ] ||
      fail "$SECRETS is gone, but there is data of before: put the file back, or remove the data with ./system-down.sh --volumes"
    say "secrets: making $SECRETS"
    write_secrets
  fi
  if [ ! -e "$KEYFILE" ]; then
    say "secrets: making $KEYFILE"
    head -c 567 /dev/urandom | base64 | tr -d '\n' >"$KEYFILE.new"
    chmod 400 "$KEYFILE.new"
    mv "$KEYFILE.new" "$KEYFILE"
  fi
}

is_listening() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# need_port PORT COMPOSE SERVICE: the port is free, or what listens there is ours.
need_port() {
  [ -n "$("$2" ps --quiet "$3")" ] && return
  if is_listening "$1"; then fail "port $1 on 127.0.0.1 is in use by another program; $3 needs it"; fi
}

health_of() {
  docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1"
}

# await_health COMPOSE SERVICE: until its container says that it is healthy.
await_health() {
  local container health=missing deadline=$((SECONDS + PATIENCE))
  while [ "$SECONDS" -lt "$deadline" ]; do
    container=$("$1" ps --all --quiet "$2")
    [ -z "$container" ] || health=$(health_of "$container")
    [ "$health" != healthy ] || return 0
    sleep 1
  done
  "$1" logs --tail 20 "$2" >&2 || true
  fail "$2 did not get healthy within $PATIENCE s, it is $health; what it said last stands above"
}

await_initiation() {
  local container state='' deadline=$((SECONDS + PATIENCE))
  while [ "$SECONDS" -lt "$deadline" ]; do
    container=$(database ps --all --quiet initiate)
    [ -z "$container" ] || state=$(docker inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$container")
    case "$state" in
      'exited 0') return 0 ;;
      exited*) break ;;
    esac
    sleep 1
  done
  database logs --tail 20 initiate >&2 || true
  fail "the set could not be initiated (${state:-no container}); what was said last stands above"
}

need_docker
make_secrets
number=27017
for member in $MEMBERS; do
  need_port "$number" database "$member"
  number=$((number + 1))
done
need_port "$PORT" service ledger

if ! has_network; then
  say "network: $NETWORK"
  docker network create --driver bridge "$NETWORK" >/dev/null
fi

say 'database: three members'
database up --detach
for member in $MEMBERS; do
  await_health database "$member"
  say "database: $member is healthy"
done
await_initiation

say 'service: building and starting'
service up --detach --build
await_health service ledger

cat <<END
Envelope Ledger is ready: http://localhost:$PORT | Swagger UI: http://localhost:$PORT/docs | database: replica set rs0
A process on this machine reaches the database with DB_CONNECTION_STRING of $SECRETS and this line in /etc/hosts:
127.0.0.1 mongo1 mongo2 mongo3
END
