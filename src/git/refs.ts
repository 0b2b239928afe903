import { hostname } from 'node:os'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { userName } from '../reconcile/lock/holder.ts'
import type { Snapshot, Trailers } from '../reconcile/repository.ts'
import { failed, reasonOf, withoutUsers, type Git } from './git.ts'

/** Where refs live: in the clone, or on a remote. */
export interface Refs {
  readonly resolve: (ref: string) => Promise<string | null>
  /** What several refs name, asked for at once; those that are not there are left out. */
  readonly resolveAll: (refs: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Makes the commit that a ref names readable here. */
  readonly bring: (ref: string) => Promise<void>
  /** Asks Git to set the ref from `expected` to `next`, null meaning absent. True only where Git itself says that this call did it. `along` is a branch that grows to the same commit: both or neither. */
  readonly swap: (
    ref: string,
    expected: string | null,
    next: string | null,
    along?: string,
  ) => Promise<{ readonly done: boolean; readonly reason: string }>
  /** A ref whose name leaves no room for one of these, with the command that takes it away; null where there is none. */
  readonly inTheWay: (refs: readonly string[]) => Promise<{ readonly name: string; readonly remove: string } | null>
}

/** Refs in the clone itself. */
export function localRefs(git: Git): Refs {
  return {
    resolve: async (ref) => (await git.objects([ref]))[0]?.id ?? null,
    resolveAll: async (refs) => {
      const found = await git.objects(refs)
      return new Map(refs.flatMap((ref, i): [string, string][] => (found[i] ? [[ref, found[i].id]] : [])))
    },
    bring: async () => {},
    swap: async (ref, expected, next) => {
      const command =
        next === null
          ? `delete ${ref} ${expected}`
          : expected === null
            ? `create ${ref} ${next}`
            : `update ${ref} ${next} ${expected}`
      const { code, err } = await git.run(
        ['update-ref', '--no-deref', '--stdin'],
        `start\n${command}\nprepare\ncommit\n`,
      )
      return { done: code === 0, reason: reasonOf(err) }
    },
    inTheWay: async (refs) => {
      const { out } = await git.run(['for-each-ref', '--format=%(refname)', ...refs.flatMap(around)])
      const name = out.split('\n').find((one) => refs.some((ref) => leavesNoRoom(one, ref)))
      return name === undefined ? null : { name, remove: `git update-ref -d ${quoted(name)}` }
    },
  }
}

/** Where Git keeps refs as files, one can't be the folder of another. */
const leavesNoRoom = (one: string, ref: string): boolean => one.startsWith(`${ref}/`) || ref.startsWith(`${one}/`)

/** A name as a shell takes it for nothing else: Git lets refs have every sign of it but spaces. */
const quoted = (name: string): string => (/^[\w./@-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)

const around = (ref: string): string[] => [
  `${ref}/*`,
  ...ref
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'))
    .slice(2),
]

/** Refs on a remote: read by `ls-remote`, set by a push that says what it replaces. */
export function remoteRefs(git: Git, remote: string): Refs {
  const unreachable = `Try it by hand: git ls-remote ${remote}`
  const resolveAll: Refs['resolveAll'] = async (refs) => {
    const { code, out, err } = await git.run(['ls-remote', '--', remote, 'HEAD', ...refs])
    return code === 0 ? parseRefs(out) : failed(`reach ${remote}`, err, unreachable)
  }
  return {
    resolve: async (ref) => (await resolveAll([ref])).get(ref) ?? null,
    resolveAll,
    bring: async (ref) => {
      // Into no ref of ours: two runs in one clone would get in each other's way.
      const args = [
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-auto-gc',
        '--no-recurse-submodules',
        '--refmap=',
      ]
      const { code, err } = await git.run(['fetch', ...args, '--', remote, ref])
      // A ref that has gone meanwhile is found out by looking again.
      if (code !== 0 && !err.includes("couldn't find remote ref")) failed(`fetch from ${remote}`, err, unreachable)
    },
    swap: async (ref, expected, next, along) => {
      // Whatever the person's own configuration adds to a push.
      const plain = [
        '--no-verify',
        '--no-signed',
        '--no-follow-tags',
        '--recurse-submodules=no',
        '--no-force-if-includes',
      ]
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      // Without force or lease a branch can only grow.
      const [atomic, both] = along === undefined ? [[], []] : [['--atomic'], [`${next ?? ''}:${along}`]]
      const { code, out, err } = await git.run([
        'push',
        '--porcelain',
        ...atomic,
        ...plain,
        lease,
        '--',
        remote,
        `${next ?? ''}:${ref}`,
        ...both,
      ])
      // Only Git's own word counts: * new, - deleted, a blank or + for moved on; = would be another's doing.
      const won = next === null ? '-' : expected === null ? '*' : ' +'
      const lineOf = (name: string): string | undefined =>
        out.split('\n').find((text) => text.slice(1).startsWith(`\t${next ?? ''}:${name}\t`))
      const line = lineOf(ref)
      const refusal = (along === undefined ? undefined : lineOf(along)) ?? line
      const reason = [refusal?.split('\t')[2] ?? reasonOf(err), ...wordsOf(err)].join('; ')
      return { done: code === 0 && line !== undefined && won.includes(line.charAt(0)), reason }
    },
    inTheWay: async (refs) => {
      const name = [...(await resolveAll(refs.flatMap(around))).keys()].find((one) =>
        refs.some((ref) => leavesNoRoom(one, ref)),
      )
      return name === undefined ? null : { name, remove: `git push ${remote} --delete ${quoted(name)}` }
    },
  }
}

/** What the remote itself says to a push that it refuses: its error, else what a hook or a protected branch tells people. */
function wordsOf(err: string): string[] {
  const words = withoutUsers(err).match(/^remote: .*\S/gm) ?? []
  return [words.find((line) => /^remote: (?:fatal|error): /.test(line)) ?? words[0] ?? []]
    .flat()
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').slice(0, 300))
}

/** Lines of `ls-remote` by name; symbolic refs as `ref: NAME`. */
export function parseRefs(out: string): Map<string, string> {
  const rows = out.split('\n').map((line) => line.split('\t'))
  // With --symref HEAD has two lines: what it points to first.
  return new Map(
    rows.flatMap(([id = '', name]): [string, string][] =>
      name === undefined ? [] : [[id.startsWith('ref: ') ? `ref: ${name}` : name, id]],
    ),
  )
}

/** What a compare-and-swap came to: `now` is what the ref names instead. */
export type Swapped = { readonly state: 'done' } | { readonly state: 'moved'; readonly now: string | null }

/** Compare-and-swap of a ref. Where the answer was lost or is not clear, what the ref names now decides. */
export async function swapRef(
  refs: Refs,
  ref: string,
  expected: string | null,
  next: string | null,
  along?: string,
): Promise<Swapped> {
  for (let attempt = 1; ; attempt += 1) {
    const { done, reason } = await refs.swap(ref, expected, next, along)
    if (done) return { state: 'done' }
    const now = await refs.resolve(ref)
    if (now === next) return { state: 'done' }
    if (now !== expected) return { state: 'moved', now }
    // Nobody moved it, and it was not set: another writer held it for a moment, or we may not write.
    if (attempt === 3) await refuseCrowded(refs, [ref, ...(along === undefined ? [] : [along])])
    if (attempt === 3)
      return failed(`set ${ref}`, reason, 'Does your key or token have the right to push to this repository?')
  }
}

async function refuseCrowded(refs: Refs, names: readonly string[]): Promise<void> {
  const there = await refs.inTheWay(names)
  if (there === null) return
  fail(
    EXIT.refused,
    'ref-in-the-way',
    `${there.name} leaves no room for ${names.find((name) => leavesNoRoom(there.name, name)) ?? ''}: anyone who may push to the repository could have made it.`,
    { hint: `Take it away: ${there.remove}` },
  )
}

/** The author of our commits: the person that Git knows, else the user of this machine. */
export async function identity(git: Git): Promise<string> {
  const { out } = await git.run(['config', '--null', '--get-regexp', '^user\\.(name|email)$'])
  const found = new Map(
    out.split('\0').map((row): [string, string] => [row.split('\n')[0] ?? '', row.slice(row.indexOf('\n') + 1)]),
  )
  const clean = (text: string): string => text.replace(/[<>\p{Cc}]/gu, '').trim()
  const user = clean(userName())
  return `${clean(found.get('user.name') ?? user) || user} <${clean(found.get('user.email') ?? `${user}@${hostname()}`)}>`
}

/** More than any ledger: somebody wants us to choke. */
const MOST_BYTES = 512 * 1024 * 1024
const MOST_FILES = 1_000

/** Reads a commit of ours with all its files; null where this clone doesn't have it. */
export async function readSnapshot(git: Git, ref: string, id: string): Promise<Snapshot | null> {
  const { code, out } = await git.run(['ls-tree', '-r', '-z', '-l', '--full-tree', id])
  if (code !== 0) return isOther(await git.run(['cat-file', '-t', id])) ? refuseForeign(ref, id) : null
  const rows = out.split('\0').flatMap((row) => {
    if (row === '') return []
    const [, oid, size, name] = /^100644 blob (\w+) +(\d+)\t([^/]*)$/su.exec(row) ?? []
    if (oid !== undefined && name !== undefined) return [{ oid, size: Number(size), name }]
    // Whatever else lies there is under the signature, too: what Herdbook wrote has none of it.
    return [{ oid: id, size: 0, name: row.slice(row.indexOf('\t') + 1).replaceAll('/', ' / ') }]
  })
  if (rows.length > MOST_FILES || rows.reduce((sum, row) => sum + row.size, 0) > MOST_BYTES) {
    return fail(EXIT.refused, 'ref-too-large', `${ref} (commit ${id.slice(0, 12)}) is too large to be Herdbook's.`, {
      hint: `Look at it: git show --stat ${id}`,
    })
  }
  const [commit, ...blobs] = await git.objects([id, ...rows.map((row) => row.oid)])
  if (commit?.type !== 'commit') return refuseForeign(ref, id)
  const files = rows.map(({ name }, i): [string, string] => [name, blobs[i]?.data.toString('utf8') ?? ''])
  return { id, ...parseCommit(commit.data.toString('utf8')), files: new Map(files) }
}

/** Whether Git has an object that is no commit. */
const isOther = ({ code, out }: { readonly code: number; readonly out: string }): boolean =>
  code === 0 && out.trim() !== 'commit'

function refuseForeign(ref: string, id: string): never {
  fail(EXIT.refused, 'ref-foreign', `${ref} names no commit (${id.slice(0, 12)}), so Herdbook did not write it.`, {
    hint: `Look at it: git cat-file -p ${id}`,
  })
}

function parseCommit(source: string): Omit<Snapshot, 'id' | 'files'> {
  const end = source.indexOf('\n\n')
  const headers = source.slice(0, end).split('\n')
  const [, author = '', seconds = '0'] = headers.flatMap((line) => /^committer ([^<]*) <[^>]*> (\d+) /.exec(line) ?? [])
  const [subject = '', ...body] = source.slice(end + 2).split('\n')
  return {
    tree: headers.find((line) => line.startsWith('tree '))?.slice('tree '.length) ?? '',
    parents: headers.flatMap((line) => (line.startsWith('parent ') ? [line.slice('parent '.length)] : [])),
    author,
    at: new Date(Number(seconds) * 1000).toISOString(),
    subject,
    trailers: parseTrailers(body),
  }
}

export function parseTrailers(lines: readonly string[]): Trailers {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Za-z][A-Za-z-]*): (.*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
}
