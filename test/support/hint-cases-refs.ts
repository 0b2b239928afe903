import { git } from './git.ts'
import type { HintCase } from './hints.ts'
import { LEDGER, APPLY, bare, withRemote, orphan, crowded } from './hint-states-git.ts'

/** What refs have to be told, and the ledger that lies in one. */
export const REFS: readonly HintCase[] = [
  {
    of: ['git/texts.ts: git ls-remote'],
    herd: bare,
    state: ({ dir }) => git(dir, 'remote', 'add', 'origin', `${dir}-nowhere`),
    types: ['plan'],
    exit: 10,
    says: /→ Try it yourself: (git ls-remote origin)/,
    ends: [128],
    shows: /nowhere' does not appear to be a git repository/,
  },
  {
    of: ['git/refs.ts: git update-ref'],
    herd: bare,
    state: ({ dir }) => git(dir, 'update-ref', 'refs/herdbook/production/lock/x', 'HEAD'),
    types: APPLY,
    exit: 5,
    says: /error ref-in-the-way .*→ If nobody needs that one, delete it: (git update-ref -d \S+)/,
  },
  {
    of: ['git/refs.ts: git push'],
    herd: withRemote,
    state: ({ dir }) => git(dir, 'push', '--quiet', 'origin', 'HEAD:refs/herdbook/production/lock/x'),
    types: APPLY,
    exit: 5,
    says: /error ref-in-the-way .*→ If nobody needs that one, delete it: (git push origin --delete \S+)/,
  },
  {
    of: ['git/texts.ts: git cat-file'],
    herd: bare,
    state: ({ dir }) => git(dir, 'update-ref', LEDGER, git(dir, 'rev-parse', 'HEAD:instance/instance.yaml')),
    types: ['plan'],
    exit: 5,
    says: /error ref-foreign .*→ Look at it: (git cat-file -p \w+)\./,
    shows: /domain: herd\.example/,
  },
  {
    of: ['git/texts.ts: git show'],
    herd: bare,
    state: crowded,
    types: ['plan'],
    exit: 5,
    says: /error ref-too-large .*→ Look at it: (git show --stat \w+)/,
    shows: /1001 files changed/,
  },
  {
    of: ['reconcile/ledger/texts.ts: git update-ref'],
    state: ({ dir }) => git(dir, 'update-ref', '-d', LEDGER),
    types: ['plan'],
    exit: 5,
    says: /error ledger-rolled-back .*→ Put the newer commit back: (git update-ref \S+ \w+)/,
  },
  {
    of: ['reconcile/ledger/texts.ts: git push'],
    herd: { remote: true },
    state: ({ dir }) => git(`${dir}.git`, 'update-ref', '-d', LEDGER),
    types: ['plan'],
    exit: 5,
    says: /error ledger-rolled-back .*→ Put the newer commit back: (git push --force origin \S+?)\. /,
  },
  {
    of: ['reconcile/ledger/texts.ts: git push'],
    state: ({ dir }) => {
      git(dir, 'clone', '--quiet', '--bare', '.', `${dir}.git`)
      git(dir, 'remote', 'add', 'origin', `${dir}.git`)
    },
    types: ['plan'],
    exit: 5,
    says: /error ledger-not-pushed .*→ Push the ledger: (git push origin \S+)/,
  },
  {
    of: ['reconcile/ledger/texts.ts: git log'],
    herd: { remote: true, config: { ledger_key: { env: 'HB_KEY' }, forge: { github: 'herd/instance' } } },
    state: (herd) =>
      git(herd.dir, 'push', '--quiet', '--force', 'origin', `${orphan(herd)}:refs/heads/herdbook-ledger/production`),
    types: ['plan'],
    exit: 5,
    says: /error ledger-branch .*→ See who changed it and how: (git log -p \w+)\./,
    shows: /Alone/,
  },
  {
    of: ['reconcile/ledger/texts.ts: git log'],
    herd: bare,
    state: (herd) => git(herd.dir, 'update-ref', LEDGER, orphan(herd)),
    types: ['plan'],
    exit: 5,
    says: /error ledger-unreadable .*→ See who changed it and how: (git log -p \w+)\./,
    shows: /Alone/,
  },
]
