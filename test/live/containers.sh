#!/usr/bin/env bash
# Brings up a Mastodon of a version (4.6: its newest patch) in containers, in the state that
# test/contract/recorded/README.md describes, and prints what `npm run test:live` needs, a variable a line. Needs
# docker, Node.js 24, psql, and on this machine's usual ports a PostgreSQL that trusts its superuser postgres and a
# Valkey, both with nothing in them.
set -euo pipefail
cd "$(dirname "$0")"
image="ghcr.io/mastodon/mastodon:v$1"
settings="$(mktemp)"
cat > "$settings" <<END
RAILS_ENV=production
RAILS_LOG_LEVEL=fatal
LOCAL_DOMAIN=herd.example
DB_HOST=127.0.0.1
DB_USER=postgres
DB_NAME=mastodon
DB_PASS=
REDIS_URL=redis://127.0.0.1:6379/0
SMTP_DELIVERY_METHOD=file
SAFETY_ASSURED=1
DISABLE_DATABASE_ENVIRONMENT_CHECK=1
SECRET_KEY_BASE=$(openssl rand -hex 64)
OTP_SECRET=$(openssl rand -hex 64)
ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY=$(openssl rand -hex 16)
ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT=$(openssl rand -hex 16)
ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY=$(openssl rand -hex 16)
END

container() { docker run --network host --env-file "$settings" "$@" >&2; }
container --rm "$image" bin/rails db:setup
container --detach --name herd-web "$image" bundle exec puma -C config/puma.rb
container --detach --name herd-sidekiq "$image" bundle exec sidekiq
curl --silent --show-error --fail --output /dev/null --retry 60 --retry-delay 2 --retry-all-errors \
  http://127.0.0.1:3000/health

# The seed prints the tokens that it makes.
token="$(docker exec --interactive herd-web bin/rails runner - < seed.rb | sed -n 's/^TOKEN_HERDBOOK=//p')"
[ -n "$token" ] || { echo 'The seed made no token.' >&2; exit 1; }
nohup node front.ts 8080 3000 herd.example > /dev/null 2>&1 &

cat <<END
HERDBOOK_LIVE_URL=http://127.0.0.1:8080
HERDBOOK_LIVE_TOKEN=$token
HERDBOOK_LIVE_CONSOLE=docker exec --interactive herd-web bin/rails runner
HERDBOOK_LIVE_DATABASE=psql --host 127.0.0.1 --username postgres --dbname mastodon
END
