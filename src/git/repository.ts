import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Head, MergeResult, Repository, Snapshot, Upstream } from '../reconcile/repository.ts'
import { failed, gitIn, type Git } from './git.ts'
import { objectId, writeCommit, type ObjectFormat } from './write-commit.ts'
import { identity, localRefs, parseRefs, readSnapshot, remoteRefs, swapRef, type Refs } from './refs.ts'
import { changing, readLog } from './log.ts'
import {
  fetchCommitFrom,
  foreignFolder,
  KEPT_SUBJECT,
  mergeCommit,
  moveTo,
  reach,
  readRef,
  REF_CHANGES_TOO_FAST,
  remoteUnclear,
  SHALLOW_CLONE,
  TASKS,
  tryLsRemote,
} from './texts.ts'

/** Opens the repository that a folder is in, with the instance in a folder of it; null outside Git. */
export async function openRepository(dir: string, instance = 'instance'): Promise<Repository | null> {
  const here = gitIn(dir)
  const [{ code, out, err }, config, branch] = await Promise.all([
    here.run(['rev-parse', '--show-toplevel', '--show-prefix', '--show-object-format']),
    here.run(['config', '--null', '--get-regexp', REMOTES]),
    here.run(['symbolic-ref', '--quiet', '--short', 'HEAD']),
  ])
  if (code !== 0 && /dubious ownership/.test(err)) {
    // Git checks the top of the tree, and names it in the command that it proposes.
    const trust = /git config --global --add safe\.directory .*/.exec(err)?.[0]
    const { message, hint } = foreignFolder({ dir, trust })
    return fail(EXIT.invalid, 'git-ownership', message, { hint })
  }
  if (code !== 0) return /not a git repository/i.test(err) ? null : failed(TASKS.openRepository, err)
  const [root = dir, prefix = '', named] = out.split('\n')
  const format: ObjectFormat = named === 'sha256' ? 'sha256' : 'sha1'
  const git = gitIn(root)
  const remote = remoteOf(config.out, branch.out.trim())
  const refs = remote === null ? localRefs(git) : remoteRefs(git, remote)
  const own = localRefs(git)
  const seenRef = (name: string): string => `refs/herdbook-seen/${name}`
  const keptRef = (name: string): string => `refs/herdbook-kept/${name}`
  return {
    prefix,
    folder: `${prefix}${instance}`,
    remote,
    head: () => readHead(git, `${prefix}${instance}`),
    upstream: () => (remote === null ? Promise.resolve(null) : readUpstream(git, refs, remote)),
    root: () => readRoot(git),
    isAncestor: (ancestor, commit) => isAncestor(git, ancestor, commit),
    bring: async (commit) => fetchCommit(git, remote, objectId(commit)),
    commit: async (name) => {
      const { code, out } = await git.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
      return code === 0 ? out.trim() : null
    },
    merge: async (base, head) => merge(git, objectId(base), objectId(head)),
    differing: async (one, other, under) => differing(git, objectId(one), objectId(other), under),
    follow: async (commit) => checkOut(git, objectId(commit), `${prefix}${instance}`),
    resolve: refs.resolve,
    resolveAll: refs.resolveAll,
    read: (ref, named) => read(git, refs, ref, named),
    write: async (ref, expected, content, mirrorBranch) => {
      const commit = await writeCommit(git, format, await identity(git), content)
      const swapped = await swapRef(refs, ref, expected, commit, mirrorBranch)
      return swapped.state === 'done' ? { state: 'written', commit } : swapped
    },
    remove: async (ref, expected) =>
      (await swapRef(refs, ref, expected, null)).state === 'done' ? 'removed' : 'moved',
    seen: (name) => own.resolve(seenRef(name)),
    see: async (name, commit) => {
      await swapRef(own, seenRef(name), await own.resolve(seenRef(name)), commit)
    },
    kept: async (name) => {
      const id = await own.resolve(keptRef(name))
      return (id === null ? null : await readSnapshot(git, keptRef(name), id))?.files ?? new Map()
    },
    keep: async (name, files) => {
      const commit = await writeCommit(git, format, await identity(git), { files, subject: KEPT_SUBJECT })
      await swapRef(own, keptRef(name), await own.resolve(keptRef(name)), commit)
    },
    log: (from, options) => readLog(git, from, options),
    changing: async (path, text, commits) => changing(git, path, text, commits.map(objectId)),
    texts: async (path, commits) => {
      const blobs = await git.objects(commits.map((commit) => `${objectId(commit)}:${path}`))
      return blobs.map((blob) => (blob?.type === 'blob' ? blob.data.toString('utf8') : null))
    },
  }
}

/** The keys of Git's configuration about remotes and the remote of each branch. */
const REMOTES = '^(remote\\..*\\..*|branch\\..*\\.remote)$'

/**
 * Picks the remote of this branch, else `origin`, else the only one. In `config` a NUL ends each key with its value.
 */
function remoteOf(config: string, branch: string): string | null {
  const rows = config.split('\0').map((row) => [row.split('\n')[0] ?? '', row.slice(row.indexOf('\n') + 1)] as const)
  const names = [...new Set(rows.flatMap(([key]) => /^remote\.(.+)\.[^.]+$/.exec(key)?.[1] ?? []))].sort()
  if (names.length === 0) return null
  const configured = rows.findLast(([key]) => key === `branch.${branch}.remote`)?.[1] ?? ''
  const chosen =
    [configured, 'origin'].find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined)
  if (chosen !== undefined) return chosen
  const { message, hint } = remoteUnclear({ remotes: names, branch })
  return fail(EXIT.refused, 'remote-unclear', message, { hint })
}

async function readHead(git: Git, path: string): Promise<Head> {
  const options = [
    '--porcelain=v2',
    '--branch',
    '-z',
    '--untracked-files=all',
    '--ignore-submodules=none',
    '--no-renames',
  ]
  const [status, shallow] = await Promise.all([
    git.run(['status', ...options, '--', path]),
    git.run(['rev-parse', '--is-shallow-repository']),
  ])
  if (status.code !== 0) return failed(TASKS.readStatus, status.err)
  const rows = status.out.split('\0')
  const header = (name: string): string | null =>
    rows.find((row) => row.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length) ?? null
  const commit = header('oid')
  const branch = header('head')
  return {
    commit: commit === '(initial)' ? null : commit,
    branch: branch === '(detached)' ? null : branch,
    shallow: shallow.out.trim() === 'true',
    uncommitted: rows.flatMap((row) => /^(?:\? |1 (?:\S+ ){7}|u (?:\S+ ){9})(.*)$/su.exec(row)?.[1] ?? []),
  }
}

async function readUpstream(git: Git, refs: Refs, remote: string): Promise<Upstream> {
  const [{ code, out, err }, [head]] = await Promise.all([
    git.run(['ls-remote', '--symref', '--', remote, 'HEAD']),
    git.objects(['HEAD']),
  ])
  if (code !== 0) return failed(reach(remote), err, tryLsRemote(remote))
  const ref = /^ref: (refs\/heads\/\S+)\tHEAD$/m.exec(out)?.[1] ?? (await localBranch(git))
  const commit = parseRefs(out).get('HEAD') ?? (await refs.resolve(ref))
  const name = { remote, branch: ref.replace(/^refs\/heads\//, ''), commit }
  if (commit === null || head === null || head === undefined) return { ...name, position: 'ahead' }
  if (head.id === commit) return { ...name, position: 'same' }
  if ((await git.objects([commit]))[0] === null) await refs.bring(ref)
  if (await isAncestor(git, commit, head.id)) return { ...name, position: 'ahead' }
  return { ...name, position: (await isAncestor(git, head.id, commit)) ? 'behind' : 'diverged' }
}

/** Names the branch of an empty remote, which does not name it itself. */
async function localBranch(git: Git): Promise<string> {
  const { out } = await git.run(['symbolic-ref', '--quiet', 'HEAD'])
  return out.trim() === '' ? 'refs/heads/main' : out.trim()
}

/** False also if this clone lacks one of them: a history that was rewritten. */
async function isAncestor(git: Git, ancestor: string, commit: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', objectId(ancestor), objectId(commit)])).code === 0
}

async function readRoot(git: Git): Promise<string | null> {
  const [shallow, { code, out }] = await Promise.all([
    git.run(['rev-parse', '--is-shallow-repository']),
    git.run(['rev-list', '--first-parent', '--max-parents=0', 'HEAD', '--']),
  ])
  if (shallow.out.trim() === 'true') fail(EXIT.refused, 'shallow', SHALLOW_CLONE.message, { hint: SHALLOW_CLONE.hint })
  return code === 0 && out.trim() !== '' ? out.trim() : null
}

/** Fetches a commit by its id, so that nothing else can come in its place. */
async function fetchCommit(git: Git, remote: string | null, commit: string): Promise<boolean> {
  const here = async (): Promise<boolean> =>
    (await git.run(['rev-list', '--quiet', '--max-count=1', commit])).code === 0
  if (await here()) return true
  if (remote === null) return false
  const { code, err } = await git.run([
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-gc',
    '--no-recurse-submodules',
    '--refmap=',
    '--',
    remote,
    commit,
  ])
  if (code !== 0 && !/not our ref|couldn't find remote ref/.test(err))
    return failed(fetchCommitFrom(commit.slice(0, 12), remote), err)
  return code === 0
}

async function checkOut(git: Git, commit: string, path: string): Promise<void> {
  for (const args of [
    ['reset', '--quiet', '--soft', commit],
    ['restore', '--source', commit, '--staged', '--worktree', '--', path],
  ]) {
    const { code, err } = await git.run(args)
    if (code !== 0) failed(moveTo(commit.slice(0, 12)), err)
  }
}

async function merge(git: Git, base: string, head: string): Promise<MergeResult> {
  const { code, out, err } = await git.run([
    '-c',
    'core.attributesFile=/dev/null',
    'merge-tree',
    '--write-tree',
    '-z',
    '--name-only',
    '--no-messages',
    base,
    head,
  ])
  const [tree = '', ...files] = out.split('\0').filter((part) => part !== '')
  if (code === 0) return { state: 'merged', tree }
  if (code === 1) return { state: 'conflicts', files: [...new Set(files)] }
  return /unrelated histories/.test(err) ? { state: 'unrelated' } : failed(mergeCommit(head.slice(0, 12)), err)
}

async function differing(git: Git, one: string, other: string, under: readonly string[]): Promise<readonly string[]> {
  const { code, out, err } = await git.run([
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '--no-renames',
    '--no-ext-diff',
    one,
    other,
    '--',
    ...under,
  ])
  return code === 0 ? out.split('\0').filter((path) => path !== '') : failed(TASKS.compareTrees, err)
}

async function read(git: Git, refs: Refs, ref: string, named?: string | null): Promise<Snapshot | null> {
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const id = attempt === 1 && named !== undefined ? named : await refs.resolve(ref)
    if (id === null) return null
    const found = (await readSnapshot(git, ref, id)) ?? (await refs.bring(ref), await readSnapshot(git, ref, id))
    // The ref may have moved between the calls: then another commit was fetched.
    if (found !== null) return found
  }
  return failed(readRef(ref), REF_CHANGES_TOO_FAST)
}
