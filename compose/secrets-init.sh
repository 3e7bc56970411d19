#!/bin/sh
# Makes the secrets that are not there yet, one file each, and never touches one that is.
# secrets-init FOLDER [NAME_OF_A_KMS]
set -eu
folder=$1
kms=${2:-}
# The owner, and containers of the owner's group (Grafana reads its own password).
umask 027
cd "$folder"

make() { # NAME COMMAND…: the command's output, under its name only once it is complete
  name=$1
  shift
  if [ -s "$name" ]; then
    echo "kept  $name"
    return
  fi
  rm -f ".$name.new"
  "$@" > ".$name.new"
  [ -s ".$name.new" ] || { echo "no content for $name" >&2; exit 1; }
  chmod 0440 ".$name.new"
  # Not `mv`: whoever comes second finds the first one's.
  ln ".$name.new" "$name" 2>/dev/null || [ -s "$name" ]
  rm -f ".$name.new"
  echo "made  $name"
}

text() { openssl rand -base64 "$1" | tr -d '\n'; }
word() { openssl rand -hex "$1" | tr -d '\n'; }
rsa() { openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:3072 2>/dev/null ||
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 2>/dev/null; }

make jwt_secret text 48             # AUTH_MODE=hs256
make embedding_secret text 48       # seals API keys that the store keeps
make master_key text 96             # wraps the keys of servers' credentials
make admin_password word 16         # the first account
make grafana_admin_password word 16
make downstream_jwt_key rsa         # signs the gateway's tokens for servers

# A KMS that stands in for AWS's has to speak TLS, and the gateway to trust it.
if [ -n "$kms" ]; then
  make kms_key rsa
  make kms_certificate openssl req -x509 -key kms_key -days 3650 -subj "/CN=$kms" \
    -addext "subjectAltName=DNS:$kms,DNS:localhost,IP:127.0.0.1" \
    -addext "basicConstraints=critical,CA:FALSE" -addext "extendedKeyUsage=serverAuth"
fi
