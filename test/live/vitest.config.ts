import { defineConfig } from 'vitest/config'

// `npm run test:live` runs the contract suite and the whole cycle against a real Mastodon. The environment names it:
//
//   HERDBOOK_LIVE_URL       the address of its web interface. Plain http is led through a port on loopback, since a
// token is sent over it nowhere else.
//   HERDBOOK_LIVE_TOKEN     a token with `profile`, `admin:read` and `admin:write` of an account that may manage blocks
// and view the dashboard
//   HERDBOOK_LIVE_CONSOLE   a command that runs `bin/rails runner` there; a word of Ruby is put behind it. Over SSH,
// whose far end is a shell of its own,
//                           a bash script that holds: ssh mastodon@herd.example "cd live && RAILS_ENV=production
// bin/rails runner ${*@Q}"
//   HERDBOOK_LIVE_DATABASE  a command that runs `psql` on its database as a superuser; arguments are put behind it, so
// the same holds
//   HERDBOOK_LIVE_DOMAIN    its domain, if that is not herd.example
//   HERDBOOK_LIVE_INSTANCE  an instance.yaml, of which the cycle takes `ssh` and the database and console connections,
// so that it runs over SSH.
//                           Then the cycle runs `reader install`, which needs a login that may become postgres.
//
// test/live/containers.sh brings one up in containers.
// Give it a server that nothing depends on, in the state that test/contract/recorded/README.md describes (accounts
// @owner and @second as Owner,
// @mod, @alice without a role, follows with bad.example), and set it back afterwards. What the tests leave behind:
// terms of service dated
// 2031-02-03, 2032-01-01 and 2032-06-01, rows of settings, a contact, blocks under connections.example and
// mail.example, 198.51.100.0/24 among the IP blocks,
// one rule, one account, a bot and its role, severed follows with bad.example and meh.example, the role
// herdbook_reader, a token of @herdbook, and the audit log of all that.
export default defineConfig({
  test: {
    include: ['test/live/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    bail: 1,
    reporters: ['default'],
  },
})
