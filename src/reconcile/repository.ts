import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { environmentName } from './texts.ts'

/** What the engine asks of Git. `git/repository.ts` implements it. Refs are on the remote, if there is one. */
export interface Repository {
  /** The path from the root of Git's trees to the folder that holds `instance/`: empty, or ending in a slash. */
  readonly prefix: string
  /** The path from the root of Git's trees to the instance itself, without a slash at the end. */
  readonly folder: string
  /** The remote's name; null if refs are in the clone. */
  readonly remote: string | null
  readonly head: () => Promise<Head>
  /** The remote's default branch, compared with HEAD; null without a remote. */
  readonly upstream: () => Promise<Upstream | null>
  /** The root commit of HEAD by first parents; null without a commit. Throws (exit 5) if the clone is shallow. */
  readonly root: () => Promise<string | null>
  readonly isAncestor: (ancestor: string, commit: string) => Promise<boolean>
  /** Makes a commit of the remote readable here, with its history. False if the remote does not have it. */
  readonly bring: (commit: string) => Promise<boolean>
  /** The commit that a name means in this clone; null if it means none. */
  readonly commit: (name: string) => Promise<string | null>
  /** Merges two commits in Git's object store only: touches no folder and runs no filter or driver. */
  readonly merge: (base: string, head: string) => Promise<MergeResult>
  /** The paths that differ between two commits or trees, under these paths from the root; all if none is named. */
  readonly differing: (one: string, other: string, under: readonly string[]) => Promise<readonly string[]>
  /** Moves HEAD and the files of the instance to a commit. Other files in the folder stay as they are. */
  readonly follow: (commit: string) => Promise<void>
  /** The commit that a ref names now. */
  readonly resolve: (ref: string) => Promise<string | null>
  /** The commits that these refs name now, in one request. Missing refs are left out. */
  readonly resolveAll: (refs: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** What a ref holds now, fetched if needed. `named`: the commit that it names, if Git has just said so. */
  readonly read: (ref: string, named?: string | null) => Promise<Snapshot | null>
  /** Compare-and-swap: sets the ref if it names `expected` (null: none). `along`: a branch that moves with it. */
  readonly write: (
    ref: string,
    expected: string | null,
    content: CommitContent,
    along?: string,
  ) => Promise<WriteRefResult>
  /** Compare-and-delete. */
  readonly remove: (ref: string, expected: string) => Promise<'removed' | 'moved'>
  /** A note of this clone only, under `refs/herdbook-seen/`. */
  readonly seen: (name: string) => Promise<string | null>
  readonly see: (name: string, commit: string) => Promise<void>
  /** Files that only this clone keeps under a name. */
  readonly kept: (name: string) => Promise<FileTexts>
  readonly keep: (name: string, files: FileTexts) => Promise<void>
  /** Commits reachable from `from`, newest first. */
  readonly log: (from: string, options: LogOptions) => Promise<Commit[]>
  /** Those of these commits that changed a line with this text in a file, compared with their first parent. */
  readonly changing: (path: string, text: string, commits: readonly string[]) => Promise<readonly string[]>
  /** The texts of a path (from the tree's root) in these commits; null if it is not there. */
  readonly texts: (path: string, commits: readonly string[]) => Promise<(string | null)[]>
}

export type MergeResult =
  | { readonly state: 'merged'; readonly tree: string }
  | { readonly state: 'conflicts'; readonly files: readonly string[] }
  | { readonly state: 'unrelated' }

export interface LogOptions {
  /** Leaves out what this commit reaches. */
  readonly after?: string
  readonly limit: number
  /** Only commits that touched this path, from the tree's root. */
  readonly path?: string
  /** Every commit comes after all its descendants, whatever their dates are. */
  readonly topological?: true
}

export interface Head {
  /** null if nothing is committed yet. */
  readonly commit: string | null
  /** null if HEAD is detached. */
  readonly branch: string | null
  readonly shallow: boolean
  /** Paths under `instance/` that differ from HEAD, untracked ones too. */
  readonly uncommitted: readonly string[]
}

export interface Upstream {
  readonly remote: string
  /** The default branch. */
  readonly branch: string
  /** Its commit; null if it has none yet. */
  readonly commit: string | null
  /** HEAD as seen from there: `ahead` is unpushed, `behind` is old. */
  readonly position: 'same' | 'ahead' | 'behind' | 'diverged'
}

export interface Commit {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
  /** The author's name. */
  readonly author: string
  /** When it was committed, ISO 8601 UTC. */
  readonly at: string
  readonly subject: string
  readonly trailers: Trailers
}

export type Trailers = { readonly [name: string]: string }
export type FileTexts = ReadonlyMap<string, string>

export interface Snapshot extends Commit {
  /** Texts by path. */
  readonly files: FileTexts
}

/** The content of a commit on one of our refs. Subject and trailers are single lines; there are no folders. */
export interface CommitContent {
  readonly files: FileTexts
  readonly subject: string
  readonly trailers?: Trailers
  readonly parents?: readonly string[]
}

/** The result of a compare-and-swap. If the ref `moved`, `now` is what it names instead. */
export type WriteRefResult =
  | { readonly state: 'written'; readonly commit: string }
  | { readonly state: 'moved'; readonly now: string | null }

/** Whether a ref names what Herdbook never writes: no commit, or one that is too large. */
export const isForeign = (error: unknown): error is HerdbookError =>
  error instanceof HerdbookError &&
  error.diagnostics.every(({ code }) => code === 'ref-foreign' || code === 'ref-too-large')

/** The refs of one environment. The branch follows the ledger: a forge can forbid force pushes to a branch. */
export function refsOf(environment: string): {
  readonly ledger: string
  readonly lock: string
  readonly branch: string
} {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/i.test(environment)) {
    fail(EXIT.invalid, 'environment-name', environmentName(environment))
  }
  return {
    ledger: `refs/herdbook/${environment}/ledger`,
    lock: `refs/herdbook/${environment}/lock`,
    branch: `refs/heads/herdbook-ledger/${environment}`,
  }
}
