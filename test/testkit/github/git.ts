import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The bare repository behind the stand-in. */
export interface Bare {
  readonly path: string
  /** What Git says, or an error with its complaint. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<string>
  /** The object that a name stands for; null where there is none. */
  readonly tip: (name: string) => Promise<string | null>
}

interface RunOptions {
  readonly input?: string | Buffer
  readonly env?: { readonly [name: string]: string }
  /** Leaves the line ends at its end. */
  readonly exact?: boolean
}

export interface Signature {
  readonly name: string
  readonly email: string
}

/** What a path is to hold: a text, null for nothing, or a mode with its content, where a submodule's is a commit. */
export type FileChange =
  | string
  | null
  | { readonly mode: '100644' | '100755' | '120000' | '160000'; readonly content: string }

const NOREPLY = 'users.noreply.github.com'
export const GITHUB: Signature = { name: 'GitHub', email: 'noreply@github.com' }
export const signatureOf = ({ login, id }: { readonly login: string; readonly id: number }): Signature => ({
  name: login,
  email: `${id}+${login}@${NOREPLY}`,
})

export function openBare(path: string): Bare {
  const run: Bare['run'] = async (args, options = {}) => {
    const { code, out, err } = await call(path, args, options)
    if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${err.trim()}`)
    return options.exact === true ? out : out.trimEnd()
  }
  return {
    path,
    run,
    tip: async (name) => {
      const { code, out } = await call(path, ['rev-parse', '--verify', '--quiet', '--end-of-options', name], {})
      return code === 0 ? out.trim() : null
    },
  }
}

function call(
  path: string,
  args: readonly string[],
  { input = '', env = {} }: RunOptions,
): Promise<{ code: number | null; out: string; err: string }> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const fixed = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C' }
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', path, ...args], { env: { ...inherited, ...fixed, ...env } })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') }),
    )
    // Git may end before it has read everything; its exit code tells.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

export const writeBlob = (bare: Bare, content: string | Buffer): Promise<string> =>
  bare.run(['hash-object', '-w', '--stdin'], { input: content })

export interface TreeEntry {
  readonly path: string
  readonly mode: string
  /** null takes the path away. */
  readonly id: string | null
}

const NOTHING = '0'.repeat(40)

/** A tree like another one but for some paths. */
export async function writeTree(bare: Bare, base: string | null, entries: readonly TreeEntry[]): Promise<string> {
  const index = join(bare.path, `index-${randomBytes(8).toString('hex')}`)
  const env = { GIT_INDEX_FILE: index }
  try {
    await bare.run(base === null ? ['read-tree', '--empty'] : ['read-tree', base], { env })
    const lines = entries.map(({ path, mode, id }) =>
      id === null ? `0 ${NOTHING}\t${path}\0` : `${mode} ${id}\t${path}\0`,
    )
    await bare.run(['update-index', '-z', '--index-info'], { env, input: lines.join('') })
    return await bare.run(['write-tree'], { env })
  } finally {
    await rm(index, { force: true })
  }
}

export interface Commit {
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Signature
  readonly committer: Signature
  /** ISO 8601. */
  readonly date: string
}

export function writeCommit(bare: Bare, { tree, parents, message, author, committer, date }: Commit): Promise<string> {
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: date,
  }
  return bare.run(['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], { input: message, env })
}

/** A commit of changed files on top of another one, or of nothing. */
export async function commitFiles(
  bare: Bare,
  parent: string | null,
  files: { readonly [path: string]: FileChange },
  commit: Omit<Commit, 'tree' | 'parents'>,
): Promise<string> {
  const entries: TreeEntry[] = []
  for (const [path, change] of Object.entries(files)) {
    const { mode, content } =
      typeof change === 'string' ? { mode: '100644', content: change } : (change ?? { mode: '0', content: null })
    const id = content === null ? null : mode === '160000' ? content : await writeBlob(bare, content)
    entries.push({ path, mode, id })
  }
  const tree = await writeTree(bare, parent, entries)
  return writeCommit(bare, { ...commit, tree, parents: parent === null ? [] : [parent] })
}

/** The tree of merging two commits, or null where they conflict. */
export async function mergeTree(bare: Bare, ours: string, theirs: string): Promise<string | null> {
  const { code, out } = await call(bare.path, ['merge-tree', '--write-tree', ours, theirs], {})
  return code === 0 ? (out.split('\n')[0] ?? null) : null
}

export async function isAncestor(bare: Bare, commit: string, of: string): Promise<boolean> {
  return (await call(bare.path, ['merge-base', '--is-ancestor', commit, of], {})).code === 0
}

/** Commits of the second that the first does not have, oldest first. */
export async function commitsBetween(bare: Bare, from: string | null, to: string): Promise<string[]> {
  const out = await bare.run(['rev-list', '--reverse', '--topo-order', to, ...(from === null ? [] : [`^${from}`])])
  return out === '' ? [] : out.split('\n')
}

export interface CommitFacts {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature & { readonly date: string }
  readonly committer: Signature & { readonly date: string }
  readonly message: string
}

/** What stands in a commit. */
export async function commitFacts(bare: Bare, id: string): Promise<CommitFacts> {
  const out = await bare.run([
    'show',
    '--no-patch',
    '--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B',
    `${id}^{commit}`,
  ])
  const [commit = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...message] =
    out.split('\0')
  return {
    id: commit,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: message.join('\0'),
  }
}

/** Paths that a commit adds, removes and modifies against its first parent. */
export async function pathsOf(
  bare: Bare,
  id: string,
): Promise<Readonly<Record<'added' | 'removed' | 'modified', string[]>>> {
  const out = await bare.run([
    'diff-tree',
    '-r',
    '-z',
    '--root',
    '--no-commit-id',
    '--no-renames',
    '--name-status',
    '-m',
    '--first-parent',
    id,
  ])
  const parts = out.split('\0')
  const pick = (letter: string): string[] =>
    parts.flatMap((part, at) => (at % 2 === 0 && part === letter ? [parts[at + 1] ?? ''] : []))
  return { added: pick('A'), removed: pick('D'), modified: [...pick('M'), ...pick('T')] }
}
