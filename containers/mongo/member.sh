#!/usr/bin/env bash
# How a member of the set starts, in the official image, as root. mongod takes a key file only when nobody but its own
# user can read it, and the one that is mounted belongs to somebody of the machine: so it gets a copy.
set -euo pipefail
readonly KEYFILE=/run/keyfile

install --owner=mongodb --group=mongodb --mode=400 /opt/ledger/keyfile "$KEYFILE"
# The image's own entry makes the first user and goes on as mongod's user.
exec docker-entrypoint.sh mongod --replSet=rs0 --bind_ip_all --keyFile="$KEYFILE" --wiredTigerCacheSizeGB=0.5 "$@"
