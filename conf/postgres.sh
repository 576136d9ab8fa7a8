#!/bin/sh
# Makes the user and the database of a Winnow store in the PostgreSQL server of this host, and prints
# what nodes need. Run it as root or as postgres; again, to set another password. Installs nothing.
#   conf/postgres.sh [NAME]          NAME of user and database: winnow
#   WINNOW_STORE_PASSWORD=...        the password; without it, one is made
#   PGHOST, PGPORT, PGUSER           another server, where PGUSER may make users and databases
set -eu
umask 077

name=${1:-winnow}
case $name in
  '' | [!a-z]* | *[!a-z0-9_]*)
    echo "postgres.sh: NAME must be of a-z, 0-9 and _, not '$name'" >&2
    exit 2
    ;;
esac
if ! command -v psql > /dev/null; then
  echo "postgres.sh: there is no psql here; install PostgreSQL: apt-get install postgresql" >&2
  exit 1
fi

password=${WINNOW_STORE_PASSWORD:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
case $password in
  *[!A-Za-z0-9._-]*)
    echo "postgres.sh: WINNOW_STORE_PASSWORD may have letters, digits, '.', '_' and '-' only" >&2
    exit 2
    ;;
esac

run() {
  if [ -z "${PGHOST:-}" ] && [ "$(id -u)" = 0 ]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

# By standard input: arguments can be read by every user of this host.
ask() {
  (cd / && run psql -v ON_ERROR_STOP=1 -q -At -d "$1")
}

if ! server=$(echo 'SHOW port' | ask postgres); then
  echo "postgres.sh: no server answers; is it started? (service postgresql start)" >&2
  exit 1
fi
if [ -z "$(echo "SELECT 1 FROM pg_roles WHERE rolname = '$name'" | ask postgres)" ]; then
  echo "CREATE ROLE $name LOGIN" | ask postgres
fi
echo "ALTER ROLE $name LOGIN PASSWORD '$password'" | ask postgres
if [ -z "$(echo "SELECT 1 FROM pg_database WHERE datname = '$name'" | ask postgres)" ]; then
  echo "CREATE DATABASE $name OWNER $name" | ask postgres
fi

case ${PGHOST:-} in
  '' | /*) host=127.0.0.1 ;;
  *) host=$PGHOST ;;
esac
echo "# in node.conf:"
echo "store { url = \"jdbc:postgresql://$host:$server/$name\", user = $name, password = \${?WINNOW_STORE_PASSWORD} }"
echo "# in the environment of each node:"
echo "export WINNOW_STORE_PASSWORD=$password"
