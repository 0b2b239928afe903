import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstanceFile } from '../../src/instance/documents.ts'
import { git } from './git.ts'
import { connectionsOf, must, setConfig, type Herd, type HerdOptions, type Pasture } from './sandbox.ts'

export const APPLY = ['apply', '--yes'] as const
export const bare: HerdOptions = { begin: 'none' }
/** The list of blocks, with these. */
export const blocks = (...names: string[]): { readonly 'domain-blocks.yaml': string } => ({
  'domain-blocks.yaml': `domain_blocks:\n${names.map((name) => `  - domain: ${name}\n    severity: limit\n`).join('')}`,
})

/** These kinds are live and in the ledger. */
export const begun =
  (...kinds: string[]) =>
  async (herd: Herd): Promise<void> => {
    await must(herd, ['adopt', ...kinds])
    herd.write({}, 'Adopt')
    await must(herd, APPLY)
  }

/** A block of ours that somebody changes by hand. */
export const drifted =
  (domain: string) =>
  async (herd: Herd): Promise<void> => {
    await begun('domain-block')(herd)
    await must(herd, ['block', domain, '--severity', 'limit'])
    herd.write({}, 'Block')
    await must(herd, APPLY)
    await herd.sandbox.query("update domain_blocks set public_comment = 'by hand' where domain = $1", [domain])
  }

/** A role whose name is two words, changed by hand. */
export async function renamedColour(herd: Herd): Promise<void> {
  await herd.sandbox.query("delete from user_roles where name = 'Night Watch'")
  await herd.sandbox.query(
    `insert into user_roles (name, color, position, permissions, highlighted, created_at, updated_at)
     values ('Night Watch', '', 3, 0, true, now(), now())`,
  )
  await begun('role')(herd)
  await herd.sandbox.query("update user_roles set color = '#123456' where name = 'Night Watch'")
}

/** Changes instance.yaml in a commit. */
export const configure =
  (config: (herd: Herd) => Partial<InstanceFile>) =>
  (herd: Herd): void => {
    setConfig(herd, config(herd))
    git(herd.dir, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'Configure')
  }

/** The token in a file: one that the server knows, or not. */
export const inFile = (token: (herd: Herd) => string | null) =>
  configure((herd) => {
    const file = join(herd.dir, '.git/stored')
    const text = token(herd)
    if (text !== null) writeFileSync(file, `${herd.sandbox.url} ${text}\n`)
    const { database: _, ...connections } = connectionsOf(herd.sandbox)
    return { mastodon: { ...connections, api: { url: herd.sandbox.url, token: { file } } } }
  })

/** The reader of the database does not say whose it is. */
export const nameless = (_: Herd, { sandbox }: Pasture): unknown =>
  sandbox.query('comment on role herdbook_reader is null')

/** What cases before it left on the server. */
export async function putBack({ sandbox }: Pasture): Promise<void> {
  await sandbox.query("comment on role herdbook_reader is 'herd.example'")
  await sandbox.query("update user_roles set name = 'Moderator' where name = 'Guides'")
  await sandbox.query("delete from domain_blocks where domain like 'hand%' or domain like 'odd%'")
}

/** A change of the files that waits for an apply. */
export function pending(domain: string) {
  return async (herd: Herd): Promise<void> => {
    await begun('domain-block')(herd)
    await must(herd, ['block', domain, '--severity', 'limit'])
    herd.write({}, `Block ${domain}`)
  }
}

/** More than the budget lets through. */
export async function refused(herd: Herd): Promise<void> {
  await begun('domain-block')(herd)
  await must(herd, ['block', ...Array.from({ length: 26 }, (_, i) => `many${i}.example`), '--severity', 'limit'])
  herd.write({}, 'Many')
}

/** A rule more in the files. */
export const withRule =
  (key: string) =>
  (herd: Herd): void => {
    const text = herd
      .read('rules.yaml')
      .replace(/^emptied_on_purpose:.*\n/m, '')
      .replace('rules: []', 'rules:')
    herd.write({ 'rules.yaml': `${text}  - key: ${key}\n    text: Please ${key.replace('-', ' ')}.\n` })
  }

/** A console that is gone when the first write needs it. */
export async function broken(herd: Herd): Promise<void> {
  await begun('rule')(herd)
  withRule('be-brief')(herd)
  configure(({ sandbox }) => ({
    mastodon: { ...connectionsOf(sandbox), console: { over: 'local', native: { directory: '/nowhere' } } },
  }))(herd)
}
