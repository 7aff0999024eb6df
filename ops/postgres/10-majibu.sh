#!/bin/bash
# Runs once, when the database's volume is empty: majibu's own role, which is no superuser, and its
# database.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$MAJIBU_DB_PASSWORD" \
    --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
create role majibu login password :'password';
create database majibu owner majibu;
revoke all on database majibu from public;
SQL
