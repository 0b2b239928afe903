import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../src/clients/repository.ts'
import { acquire } from '../../src/reconcile/lock.ts'
import { git } from './git.ts'
import type { HintCase } from './hints.ts'
import { doorsOf, must, setConfig, type Herd, type HerdOptions } from './sandbox.ts'
import { sealingWith } from './sealing.ts'

const APPLY = ['apply', '--yes'] as const

const bare: HerdOptions = { begin: 'none' }
const signed: HerdOptions = { config: { ledger_key: { env: 'HB_KEY' } } }
const unsigned: HerdOptions = { begin: 'none', config: { ledger_key: { env: 'HB_KEY' } } }

/** Another run holds the lock, and lives. */
async function held({ dir }: Herd): Promise<void> {
  const repository = await openRepository(dir)
  if (repository !== null) await acquire(repository, { sealing: sealingWith(null), run: 'another', commit: null })
}

/** A small instance that is live, without a ledger yet. */
async function adopted(herd: Herd): Promise<void> {
  await must(herd, ['adopt', 'domain-block', 'moderator'])
  herd.write({}, 'Adopt')
}

const begun = async (herd: Herd): Promise<void> => {
  await adopted(herd)
  await must(herd, APPLY)
}

const paused = async (herd: Herd): Promise<void> => {
  await begun(herd)
  await must(herd, ['pause', 'a move'])
}

/** The ledger is signed from now on. */
const keyed = ({ dir, sandbox }: Herd): void => {
  setConfig({ dir, sandbox }, { ledger_key: { env: 'HB_KEY' } })
  git(dir, 'commit', '--quiet', '--all', '--message', 'Sign')
}

const removed = async (herd: Herd): Promise<void> => {
  await begun(herd)
  await must(herd, ['demote', 'mod', '--now', 'taken over', '--yes'])
}

/** Takes the role back that a case took away. */
const backAgain = (field: { readonly sandbox: Herd['sandbox'] }): Promise<unknown> =>
  field.sandbox.query(
    "update users set role_id = (select id from user_roles where name = 'Moderator') where account_id = (select id from accounts where username = 'mod' and domain is null)",
  )

const hookOf = ({ dir }: Herd): string => join(`${dir}.git`, 'hooks/pre-receive')
/** A remote that lets nobody give the lock back. */
const shut = (herd: Herd): void =>
  writeFileSync(
    hookOf(herd),
    '#!/bin/sh\nwhile read old new ref; do case "$new$ref" in 000*lock) exit 1;; esac; done\n',
    { mode: 0o755 },
  )
const open = (herd: Herd): void => rmSync(hookOf(herd))

const CASES: readonly HintCase[] = [
  {
    of: ['reconcile/lock.ts: herdbook unlock'],
    herd: bare,
    state: held,
    types: ['unlock', '00000000'],
    exit: 5,
    says: /error lock-other .*→ (herdbook unlock \w+)/,
  },
  {
    of: ['reconcile/lock.ts: herdbook unlock'],
    herd: bare,
    state: held,
    types: APPLY,
    exit: 7,
    says: /error locked .*surely ended: (herdbook unlock \w+)/,
  },
  {
    of: ['reconcile/lock.ts: herdbook unlock'],
    herd: unsigned,
    state: ({ dir }) => git(dir, 'update-ref', 'refs/herdbook/production/lock', 'HEAD'),
    types: APPLY,
    exit: 7,
    says: /error lock-forged .*under way: (herdbook unlock \w+)/,
  },
  {
    of: ['reconcile/lock.ts: herdbook unlock'],
    herd: { begin: 'none', remote: true },
    state: shut,
    first: open,
    types: APPLY,
    exit: 0,
    says: /warning lock-left .*or: (herdbook unlock \w+)/,
  },
  {
    of: ['commands/unlock.ts: herdbook unlock'],
    herd: bare,
    state: held,
    types: ['unlock'],
    exit: 7,
    says: /error locked .*is dead: (herdbook unlock \w+)/,
  },
  {
    of: ['commands/unlock.ts: herdbook ledger sign'],
    herd: signed,
    types: ['unlock', '--new-key', 'why'],
    exit: 0,
    says: /→ Next time: (herdbook ledger sign "why")/,
    shows: /as it should be/,
  },
  {
    of: ['reconcile/sign.ts: herdbook apply'],
    herd: unsigned,
    state: adopted,
    types: ['ledger', 'sign', 'why'],
    exit: 5,
    says: /error no-ledger-yet .*→ The first apply begins it: (herdbook apply)/,
  },
  {
    of: ['reconcile/ledger.ts: herdbook ledger sign'],
    herd: bare,
    state: begun,
    types: ['plan'],
    exit: 0,
    says: /warning ledger-unsigned .*then: (herdbook ledger sign "why")/,
    first: keyed,
    ends: [5],
    shows: /This is \w{16}\..*--confirm/,
  },
  {
    of: ['reconcile/ledger.ts: herdbook ledger sign'],
    herd: bare,
    state: async (herd) => {
      await begun(herd)
      keyed(herd)
    },
    types: ['plan'],
    exit: 5,
    says: /error ledger-not-signed .*an owner signs it anew: (herdbook ledger sign "why"),/,
    ends: [5],
    shows: /This is \w{16}\..*--confirm/,
  },
  {
    of: ['commands/ledger.ts: herdbook ledger sign'],
    herd: bare,
    state: async (herd) => {
      await begun(herd)
      keyed(herd)
    },
    types: ['ledger', 'sign', 'why'],
    exit: 5,
    says: /error not-confirmed .*→ If that is right: (herdbook ledger sign "why" --confirm \w+),/,
  },
  {
    of: ['commands/ledger.ts: herdbook adopt'],
    herd: signed,
    state: (herd) => otherKey(herd),
    types: async (herd) => {
      const { out } = await must(herd, ['ledger', 'sign', 'why'], 5)
      return ['ledger', 'sign', 'why', '--confirm', /--confirm (\w{16})/.exec(out)?.[1] ?? '']
    },
    exit: 0,
    says: /Signed: 0 objects\. Take over what is on the server: (herdbook adopt)/,
  },
  {
    of: ['commands/pause.ts: herdbook apply'],
    herd: bare,
    state: adopted,
    types: ['pause', 'why'],
    exit: 5,
    says: /error nothing-applied .*→ The first apply begins the ledger: (herdbook apply)/,
  },
  {
    of: ['commands/pause.ts: herdbook resume'],
    herd: bare,
    state: begun,
    types: ['pause', 'why'],
    exit: 0,
    says: /until somebody types: (herdbook resume)/,
    shows: /Resumed\./,
  },
  {
    of: ['commands/apply.ts: herdbook resume'],
    herd: bare,
    state: async (herd) => {
      await paused(herd)
      await must(herd, ['block', 'hint.example', '--severity', 'limit'])
      herd.write({}, 'Block')
    },
    types: APPLY,
    exit: 5,
    says: /error paused .*somebody types: (herdbook resume)/,
  },
  {
    of: ['commands/resume.ts: herdbook apply'],
    herd: bare,
    state: paused,
    types: ['resume'],
    exit: 0,
    says: /Apply what was merged meanwhile: (herdbook apply)/,
  },
  {
    of: ['commands/status.ts: herdbook resume'],
    herd: bare,
    state: paused,
    types: ['status'],
    exit: 0,
    says: /Paused .*; (herdbook resume)/,
  },
  {
    of: ['commands/demote-now.ts: herdbook apply'],
    herd: bare,
    state: adopted,
    types: ['demote', 'mod', '--now', 'why', '--print'],
    exit: 5,
    says: /error nothing-applied .*begins the ledger: (herdbook apply)/,
  },
  {
    of: ['commands/demote-now.ts: herdbook adopt'],
    herd: bare,
    state: blocksOnly,
    types: ['demote', 'mod', '--now', 'why', '--print'],
    exit: 5,
    says: /error not-managed .*To have it managed: (herdbook adopt moderator)/,
  },
  {
    of: ['commands/demote-now.ts: herdbook plan'],
    herd: bare,
    state: removed,
    types: ['demote', 'mod', '--now', 'why', '--yes'],
    exit: 5,
    says: /error removed-already .*stands in: (herdbook plan)/,
    shows: /moderator\/mod was removed by/,
  },
  {
    of: ['commands/demote-now.ts: herdbook plan'],
    herd: bare,
    state: begun,
    types: ['demote', 'mod', '--let-go', 'why'],
    exit: 5,
    says: /error not-removed .*→ Who was: (herdbook plan)/,
    shows: /In sync/,
  },
  {
    of: ['commands/demote-now.ts: herdbook plan'],
    herd: bare,
    state: removed,
    types: ['demote', 'mod', '--let-go', 'why'],
    exit: 0,
    says: /counts again: (herdbook plan)/,
    ends: [2],
    shows: /Gives Moderator to mod/,
  },
  {
    of: ['commands/demote.ts: herdbook demote'],
    herd: bare,
    state: begun,
    types: ['demote', 'mod', '--yes'],
    exit: 9,
    fill: { ACCOUNT: 'mod' },
    says: /error no-effect .*→ (herdbook demote ACCOUNT --now "why" --print)/,
    shows: /1\. The ledger says/,
  },
  {
    of: ['commands/demote.ts: herdbook adopt'],
    herd: bare,
    state: withoutMod,
    types: ['demote', 'mod'],
    exit: 9,
    says: /error no-such-object .*gives it a role: (herdbook adopt moderator\/mod)/,
  },
  {
    of: ['commands/demote.ts: herdbook demote', 'commands/demote.ts: git commit'],
    herd: bare,
    state: begun,
    types: ['demote', 'mod', '--now', 'taken over', '--yes'],
    exit: 0,
    says: /Take them out of the files, too: (herdbook demote mod) (git commit -m "[^"]*" -- \S+)/,
    shows: /1 file changed/,
  },
  {
    of: ['reconcile/removed.ts: herdbook demote'],
    herd: bare,
    state: removed,
    types: ['plan'],
    exit: 0,
    says: /warning removed .*→ Take it out of the files: (herdbook demote mod)\./,
  },
  {
    of: ['reconcile/removed.ts: herdbook demote'],
    herd: bare,
    state: removed,
    types: ['plan'],
    exit: 0,
    says: /warning removed .*an owner types: (herdbook demote mod --let-go "why")/,
  },
  {
    of: ['commands/demote.ts: herdbook token rotate', 'commands/demote.ts: herdbook ledger sign'],
    herd: signed,
    state: (herd) => inFile(herd),
    types: ['demote', 'mod', '--now', 'taken over', '--yes'],
    exit: 0,
    says: /the tokens: (herdbook token rotate) .*then: (herdbook ledger sign "why")/,
    shows: /as it should be/,
  },
]

/** The ledger, the lock, and who was removed. */
export const LEDGER: readonly HintCase[] = CASES.map((one) => ({ ...one, before: backAgain }))

/** The key is another, and the one before is lost. */
function otherKey({ dir }: Herd): void {
  const file = join(dir, '.git/other.key')
  writeFileSync(file, 'a key that nobody knew before\n')
  const path = join(dir, 'instance/instance.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('env: HB_KEY', `file: ${file}`))
  git(dir, 'commit', '--quiet', '--all', '--message', 'Another key')
}

async function blocksOnly(herd: Herd): Promise<void> {
  await must(herd, ['adopt', 'domain-block'])
  herd.write({}, 'Adopt')
  await must(herd, APPLY)
}

async function withoutMod(herd: Herd): Promise<void> {
  await adopted(herd)
  await must(herd, ['demote', 'mod'])
  herd.write({}, 'Demote')
}

/** The token lies in a file, so that another can be stored. */
function inFile({ dir, sandbox }: Herd): void {
  const file = join(dir, '.git/token')
  writeFileSync(file, `${sandbox.url} ${sandbox.tokens.burn}\n`)
  setConfig(
    { dir, sandbox },
    { ledger_key: { env: 'HB_KEY' }, mastodon: { ...doorsOf(sandbox), api: { url: sandbox.url, token: { file } } } },
  )
  git(dir, 'commit', '--quiet', '--all', '--message', 'Token')
}
