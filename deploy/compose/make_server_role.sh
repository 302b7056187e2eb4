#!/bin/sh
# When PostgreSQL makes the database: the role that web and worker sign in with, which may do
# nothing yet. `migrate sift_server` gives it what it needs.
set -eu
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\set password `cat /run/secrets/server_password`
CREATE ROLE sift_server LOGIN PASSWORD :'password';
SQL
