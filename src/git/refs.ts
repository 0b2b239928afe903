import { hostname } from 'node:os'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { userName } from '../reconcile/lock/holder.ts'
import type { Snapshot, Trailers } from '../reconcile/repository.ts'
import { failed, reasonOf, withoutUsers, type Git } from './git.ts'
import {
  CHECK_PUSH_RIGHT,
  fetchFrom,
  reach,
  refForeign,
  refInTheWay,
  refTooLarge,
  setRef,
  tryLsRemote,
} from './texts.ts'

/** Where refs live: in the clone, or on a remote. */
export interface Refs {
  readonly resolve: (ref: string) => Promise<string | null>
  /** Resolves several refs at once; absent ones are left out. */
  readonly resolveAll: (refs: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Fetches the commit that a ref names. */
  readonly bring: (ref: string) => Promise<void>
  /**
   * Asks Git to set the ref from `expected` to `next`; null means absent. `done` only if Git says that this call did
   * it. `mirrorBranch` is a branch that moves forward to the same commit: both or neither.
   */
  readonly swap: (
    ref: string,
    expected: string | null,
    next: string | null,
    mirrorBranch?: string,
  ) => Promise<{ readonly done: boolean; readonly reason: string }>
  /** Finds a ref whose name makes one of these impossible, with the command that deletes it. */
  readonly inTheWay: (refs: readonly string[]) => Promise<{ readonly name: string; readonly remove: string } | null>
}

/** Opens the refs of the clone itself. */
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
      const name = out.split('\n').find((one) => refs.some((ref) => excludes(one, ref)))
      return name === undefined ? null : { name, remove: `git update-ref -d ${quoted(name)}` }
    },
  }
}

/** Git may keep refs as files, so that one cannot be the folder of another. */
const excludes = (one: string, ref: string): boolean => one.startsWith(`${ref}/`) || ref.startsWith(`${one}/`)

/** Quotes a ref for a shell: Git allows every special character but spaces in it. */
const quoted = (name: string): string => (/^[\w./@-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)

/** Patterns of all refs that could exclude this one. */
const around = (ref: string): string[] => [
  `${ref}/*`,
  ...ref
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'))
    .slice(2),
]

/** Opens the refs of a remote: read by `ls-remote`, set by a push that names what it replaces. */
export function remoteRefs(git: Git, remote: string): Refs {
  const hint = tryLsRemote(remote)
  const resolveAll: Refs['resolveAll'] = async (refs) => {
    const { code, out, err } = await git.run(['ls-remote', '--', remote, 'HEAD', ...refs])
    return code === 0 ? parseRefs(out) : failed(reach(remote), err, hint)
  }
  return {
    resolve: async (ref) => (await resolveAll([ref])).get(ref) ?? null,
    resolveAll,
    bring: async (ref) => {
      // Into no ref: two runs in one clone would disturb each other.
      const args = [
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--no-auto-gc',
        '--no-recurse-submodules',
        '--refmap=',
      ]
      const { code, err } = await git.run(['fetch', ...args, '--', remote, ref])
      // If the ref is gone by now, the caller sees that when it resolves the ref again.
      if (code !== 0 && !err.includes("couldn't find remote ref")) failed(fetchFrom(remote), err, hint)
    },
    swap: async (ref, expected, next, mirrorBranch) => {
      // Switches off what someone's own configuration adds to a push.
      const plain = [
        '--no-verify',
        '--no-signed',
        '--no-follow-tags',
        '--recurse-submodules=no',
        '--no-force-if-includes',
      ]
      const lease = `--force-with-lease=${ref}:${expected ?? ''}`
      // Without force or lease a branch can only move forward.
      const [atomic, mirror] = mirrorBranch === undefined ? [[], []] : [['--atomic'], [`${next ?? ''}:${mirrorBranch}`]]
      const { code, out, err } = await git.run([
        'push',
        '--porcelain',
        ...atomic,
        ...plain,
        lease,
        '--',
        remote,
        `${next ?? ''}:${ref}`,
        ...mirror,
      ])
      // Only Git's own mark counts: * new, - deleted, blank or + moved. With = another run did it.
      const marks = next === null ? '-' : expected === null ? '*' : ' +'
      const lineOf = (name: string): string | undefined =>
        out.split('\n').find((text) => text.slice(1).startsWith(`\t${next ?? ''}:${name}\t`))
      const line = lineOf(ref)
      const refusal = (mirrorBranch === undefined ? undefined : lineOf(mirrorBranch)) ?? line
      const reason = [refusal?.split('\t')[2] ?? reasonOf(err), ...remoteMessage(err)].join('; ')
      return { done: code === 0 && line !== undefined && marks.includes(line.charAt(0)), reason }
    },
    inTheWay: async (refs) => {
      const name = [...(await resolveAll(refs.flatMap(around))).keys()].find((one) =>
        refs.some((ref) => excludes(one, ref)),
      )
      return name === undefined ? null : { name, remove: `git push ${remote} --delete ${quoted(name)}` }
    },
  }
}

/** The remote's own reason for a refused push: its error, else the text of a hook or a protected branch. */
function remoteMessage(err: string): string[] {
  const lines = withoutUsers(err).match(/^remote: .*\S/gm) ?? []
  return [lines.find((line) => /^remote: (?:fatal|error): /.test(line)) ?? lines[0] ?? []]
    .flat()
    .map((line) => line.replaceAll(/\p{Cc}/gu, '').slice(0, 300))
}

/** Parses lines of `ls-remote`, by name; symbolic refs as `ref: NAME`. */
export function parseRefs(out: string): Map<string, string> {
  const rows = out.split('\n').map((line) => line.split('\t'))
  // With --symref HEAD has two lines: what it points to first.
  return new Map(
    rows.flatMap(([id = '', name]): [string, string][] =>
      name === undefined ? [] : [[id.startsWith('ref: ') ? `ref: ${name}` : name, id]],
    ),
  )
}

/** The result of a compare-and-swap: `now` is what the ref names instead. */
export type SwapResult = { readonly state: 'done' } | { readonly state: 'moved'; readonly now: string | null }

const MAX_ATTEMPTS = 3

/** Compares and swaps a ref. If the answer is lost or unclear, what the ref names now decides. */
export async function swapRef(
  refs: Refs,
  ref: string,
  expected: string | null,
  next: string | null,
  mirrorBranch?: string,
): Promise<SwapResult> {
  for (let attempt = 1; ; attempt += 1) {
    const { done, reason } = await refs.swap(ref, expected, next, mirrorBranch)
    if (done) return { state: 'done' }
    const now = await refs.resolve(ref)
    if (now === next) return { state: 'done' }
    if (now !== expected) return { state: 'moved', now }
    // Unmoved and not set: another writer held it for a moment, or this run may not write.
    if (attempt < MAX_ATTEMPTS) continue
    await refuseInTheWay(refs, [ref, ...(mirrorBranch === undefined ? [] : [mirrorBranch])])
    return failed(setRef(ref), reason, CHECK_PUSH_RIGHT)
  }
}

async function refuseInTheWay(refs: Refs, names: readonly string[]): Promise<void> {
  const found = await refs.inTheWay(names)
  if (found === null) return
  const ref = names.find((name) => excludes(found.name, name)) ?? ''
  const { message, hint } = refInTheWay({ ref, inTheWay: found.name, remove: found.remove })
  fail(EXIT.refused, 'ref-in-the-way', message, { hint })
}

/** Names the author of Herdbook's commits: Git's user, else the user of this machine. */
export async function identity(git: Git): Promise<string> {
  const { out } = await git.run(['config', '--null', '--get-regexp', '^user\\.(name|email)$'])
  const found = new Map(
    out.split('\0').map((row): [string, string] => [row.split('\n')[0] ?? '', row.slice(row.indexOf('\n') + 1)]),
  )
  const clean = (text: string): string => text.replace(/[<>\p{Cc}]/gu, '').trim()
  const user = clean(userName())
  return (
    `${clean(found.get('user.name') ?? user) || user} ` +
    `<${clean(found.get('user.email') ?? `${user}@${hostname()}`)}>`
  )
}

/** More than any ledger needs: a larger ref is not Herdbook's. */
const MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024
const MAX_SNAPSHOT_FILES = 1_000

/** Reads a commit of Herdbook's with all its files; null if this clone does not have it. */
export async function readSnapshot(git: Git, ref: string, id: string): Promise<Snapshot | null> {
  const { code, out } = await git.run(['ls-tree', '-r', '-z', '-l', '--full-tree', id])
  if (code !== 0) return isOther(await git.run(['cat-file', '-t', id])) ? refuseForeign(ref, id) : null
  const rows = out.split('\0').flatMap((row) => {
    if (row === '') return []
    const [, oid, size, name] = /^100644 blob (\w+) +(\d+)\t([^/]*)$/su.exec(row) ?? []
    if (oid !== undefined && name !== undefined) return [{ oid, size: Number(size), name }]
    // Herdbook writes plain files only. Anything else is listed too, so that the signature does not fit.
    return [{ oid: id, size: 0, name: row.slice(row.indexOf('\t') + 1).replaceAll('/', ' / ') }]
  })
  if (rows.length > MAX_SNAPSHOT_FILES || rows.reduce((sum, row) => sum + row.size, 0) > MAX_SNAPSHOT_BYTES) {
    const { message, hint } = refTooLarge({ ref, id })
    return fail(EXIT.refused, 'ref-too-large', message, { hint })
  }
  const [commit, ...blobs] = await git.objects([id, ...rows.map((row) => row.oid)])
  if (commit?.type !== 'commit') return refuseForeign(ref, id)
  const files = rows.map(({ name }, i): [string, string] => [name, blobs[i]?.data.toString('utf8') ?? ''])
  return { id, ...parseCommit(commit.data.toString('utf8')), files: new Map(files) }
}

/** Whether Git has this object and it is not a commit. */
const isOther = ({ code, out }: { readonly code: number; readonly out: string }): boolean =>
  code === 0 && out.trim() !== 'commit'

function refuseForeign(ref: string, id: string): never {
  const { message, hint } = refForeign({ ref, id })
  fail(EXIT.refused, 'ref-foreign', message, { hint })
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
