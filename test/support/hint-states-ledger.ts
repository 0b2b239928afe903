import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../src/git/repository.ts'
import { acquire } from '../../src/reconcile/lock/lock.ts'
import { git } from './git.ts'
import { connectionsOf, must, setConfig, type Herd, type HerdOptions } from './sandbox.ts'
import { sealingWith } from './sealing.ts'

export const APPLY = ['apply', '--yes'] as const

export const bare: HerdOptions = { begin: 'none' }
export const signed: HerdOptions = { config: { ledger_key: { env: 'HB_KEY' } } }
export const unsigned: HerdOptions = { begin: 'none', config: { ledger_key: { env: 'HB_KEY' } } }

/** Another run holds the lock, and lives. */
export async function held({ dir }: Herd): Promise<void> {
  const repository = await openRepository(dir)
  if (repository !== null) await acquire(repository, { sealing: sealingWith(null), run: 'another', commit: null })
}

/** A small instance that is live, without a ledger yet. */
export async function adopted(herd: Herd): Promise<void> {
  await must(herd, ['adopt', 'domain-block', 'moderator'])
  herd.write({}, 'Adopt')
}

/** The same, applied. */
export const begun = async (herd: Herd): Promise<void> => {
  await adopted(herd)
  await must(herd, APPLY)
}

/** Nothing is applied until somebody resumes. */
export const paused = async (herd: Herd): Promise<void> => {
  await begun(herd)
  await must(herd, ['pause', 'a move'])
}

/** The ledger is signed from now on. */
export const keyed = ({ dir, sandbox }: Herd): void => {
  setConfig({ dir, sandbox }, { ledger_key: { env: 'HB_KEY' } })
  git(dir, 'commit', '--quiet', '--all', '--message', 'Sign')
}

/** Somebody was taken all rights at once. */
export const removed = async (herd: Herd): Promise<void> => {
  await begun(herd)
  await must(herd, ['demote', 'mod', '--now', 'taken over', '--yes'])
}

/** Takes the role back that a case took away. */
export const backAgain = (field: { readonly sandbox: Herd['sandbox'] }): Promise<unknown> =>
  field.sandbox.query(
    `update users set role_id = (select id from user_roles where name = 'Moderator')
     where account_id = (select id from accounts where username = 'mod' and domain is null)`,
  )

const hookOf = ({ dir }: Herd): string => join(`${dir}.git`, 'hooks/pre-receive')
/** A remote that lets nobody give the lock back. */
export const shut = (herd: Herd): void =>
  writeFileSync(
    hookOf(herd),
    '#!/bin/sh\nwhile read old new ref; do case "$new$ref" in 000*lock) exit 1;; esac; done\n',
    { mode: 0o755 },
  )
/** The remote takes the lock back. */
export const open = (herd: Herd): void => rmSync(hookOf(herd))

/** The key is another, and the one before is lost. */
export function otherKey({ dir }: Herd): void {
  const file = join(dir, '.git/other.key')
  writeFileSync(file, 'a key that nobody knew before\n')
  const path = join(dir, 'instance/instance.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('env: HB_KEY', `file: ${file}`))
  git(dir, 'commit', '--quiet', '--all', '--message', 'Another key')
}

/** Moderators are not managed. */
export async function blocksOnly(herd: Herd): Promise<void> {
  await must(herd, ['adopt', 'domain-block'])
  herd.write({}, 'Adopt')
  await must(herd, APPLY)
}

/** The files no longer name the moderator. */
export async function withoutMod(herd: Herd): Promise<void> {
  await adopted(herd)
  await must(herd, ['demote', 'mod'])
  herd.write({}, 'Demote')
}

/** The token lies in a file, so that another can be stored. */
export function inFile({ dir, sandbox }: Herd): void {
  const file = join(dir, '.git/token')
  writeFileSync(file, `${sandbox.url} ${sandbox.tokens.burn}\n`)
  setConfig(
    { dir, sandbox },
    {
      ledger_key: { env: 'HB_KEY' },
      mastodon: { ...connectionsOf(sandbox), api: { url: sandbox.url, token: { file } } },
    },
  )
  git(dir, 'commit', '--quiet', '--all', '--message', 'Token')
}
