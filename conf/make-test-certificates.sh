#!/usr/bin/env bash
# Makes an authority and certificates of nodes to try mutual TLS with (conf/tls.conf). Not for
# production: keys are not protected, and whoever has ca.key can let any node in.
#   conf/make-test-certificates.sh DIR [NODE...]     default: one node, named "node"
set -euo pipefail
umask 077

dir=${1:?usage: make-test-certificates.sh DIR [NODE...]}
shift
[ $# -gt 0 ] || set -- node
mkdir -p "$dir"
cd "$dir"

if [ ! -f ca.key ]; then
  openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 365 \
    -subj "/CN=winnow test authority" -keyout ca.key -out ca.crt 2> /dev/null
fi
for node in "$@"; do
  # Akka takes a peer whose certificate shares a name with one's own: that name is "winnow".
  openssl req -newkey rsa:3072 -nodes -sha256 -subj "/CN=winnow" \
    -keyout "$node.key" -out "$node.csr" 2> /dev/null
  openssl x509 -req -in "$node.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days 365 \
    -out "$node.crt" -extfile <(printf '%s\n' \
      "subjectAltName = DNS:winnow, DNS:localhost, IP:127.0.0.1" \
      "extendedKeyUsage = serverAuth, clientAuth") 2> /dev/null
  rm "$node.csr"
done
ls -1 "$PWD"/*.crt "$PWD"/*.key
