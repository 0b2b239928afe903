import type { HintCase } from './hints.ts'
import { connectionsOf, must } from './sandbox.ts'
import { APPLY, bare, blocks, begun, configure, inFile, nameless } from './hint-states-live.ts'

/** What a token and the reader of the database are told. */
export const CONNECTIONS: readonly HintCase[] = [
  {
    of: ['providers/mastodon/rest/token.ts: herdbook token rotate'],
    herd: bare,
    state: inFile(() => 'nobody-knows-this'),
    types: ['token', 'check'],
    exit: 10,
    says: /does not know this token → .*make a new one: (herdbook token rotate)/,
  },
  {
    of: ['providers/mastodon/rest/token.ts: herdbook token rotate'],
    herd: bare,
    state: (herd) => {
      inFile(() => 'nobody-knows-this')(herd)
      herd.write(blocks('hint.example'))
    },
    types: ['plan'],
    exit: 10,
    says: /the server does not know this token .*make a new one: (herdbook token rotate)/,
  },
  {
    of: ['providers/mastodon/rest/token.ts: herdbook token rotate'],
    herd: bare,
    types: ['token', 'check'],
    exit: 10,
    run: ({ sandbox }) => ({ env: { HB_TOKEN: `${sandbox.url} nobody-knows-this` } }),
    says: /does not know this token → .*make a new one: (herdbook token rotate --store-with 'COMMAND')/,
    fill: { COMMAND: 'cat > .git/stored' },
    shows: /The new token works and is stored/,
  },
  {
    of: ['verbs/token/texts.ts: herdbook token rotate'],
    herd: bare,
    state: inFile(({ sandbox }) => sandbox.tokens.burn),
    types: ['token', 'create'],
    exit: 5,
    says: /error token-there .*→ To replace the token in it: (herdbook token rotate)/,
    shows: /The new token works and is stored/,
  },
  {
    of: ['verbs/token/texts.ts: herdbook token check'],
    herd: bare,
    state: inFile(() => null),
    types: ['token', 'create'],
    exit: 0,
    says: /has a token for .*Check it: (herdbook token check)/,
    shows: /has permission manage_blocks/,
  },
  {
    of: ['verbs/status/texts.ts: herdbook token check'],
    herd: bare,
    state: inFile(() => 'nobody-knows-this'),
    types: ['status'],
    exit: 10,
    says: /To check the tokens: (herdbook token check)/,
    ends: [10],
    shows: /does not know this token/,
  },
  {
    of: ['verbs/status/texts.ts: herdbook status'],
    herd: bare,
    types: ['status'],
    exit: 0,
    says: /To try it: (herdbook status --console)/,
    shows: /Console Mastodon/,
  },
  {
    of: ['providers/mastodon/rest/texts.ts: herdbook token check'],
    herd: bare,
    state: async (herd) => {
      await begun('domain-block')(herd)
      herd.write({ 'policy.yaml': 'announce:\n  visibility: unlisted\n' })
      await must(herd, ['block', 'told.example', '--severity', 'limit'])
      herd.write({}, 'Block')
    },
    types: APPLY,
    exit: 0,
    says: /The token of the account that posts needs the scopes .*?: (herdbook token check)/,
    ends: [10],
    shows: /lacks scope write:statuses/,
  },
  {
    of: ['providers/mastodon/database/texts.ts: herdbook reader install'],
    herd: bare,
    state: nameless,
    types: ['adopt'],
    exit: 10,
    says: /error nameless-database .*database role that Herdbook reads with: (herdbook reader install)/,
    fill: { install: 'install --yes' },
  },
  {
    of: ['providers/mastodon/database/texts.ts: herdbook reader install'],
    herd: bare,
    state: (_, { sandbox }) => sandbox.query('revoke select on rules from herdbook_reader'),
    types: ['adopt'],
    exit: 10,
    says: /permission denied .*database role that Herdbook reads with: (herdbook reader install)/,
    fill: { install: 'install --yes' },
  },
  {
    of: ['providers/mastodon/database/texts.ts: herdbook reader install'],
    herd: bare,
    state: configure(({ sandbox }) => ({
      mastodon: { ...connectionsOf(sandbox), database: { over: 'local', native: { psql: '/nowhere/psql' } } },
    })),
    types: ['reader', 'install', '--yes'],
    exit: 10,
    says: /error install-failed .*`(herdbook reader install --print)`/,
    shows: /create role herdbook_reader/i,
  },
]
