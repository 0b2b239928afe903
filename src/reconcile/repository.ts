import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'

/** What the engine asks of Git. `git/repository.ts` implements it. Refs live on the remote where there is one, else in the clone. */
export interface Repository {
  /** The path from the root of Git's trees to the folder that holds `instance/`: empty, or ending in a slash. */
  readonly prefix: string
  /** The path from the root of Git's trees to the instance itself, without a slash at the end. */
  readonly folder: string
  /** The remote's name; null where refs live in the clone. */
  readonly remote: string | null
  readonly head: () => Promise<Head>
  /** The remote's default branch and how HEAD stands to it; null without a remote. */
  readonly upstream: () => Promise<Upstream | null>
  /** The id of the commit that the history of HEAD begins with, by first parents: the same in every clone, whatever was merged. null where nothing is committed. Throws (exit 5) where this clone has not all of it. */
  readonly root: () => Promise<string | null>
  readonly isAncestor: (ancestor: string, commit: string) => Promise<boolean>
  /** Makes a commit of the remote readable here, with its history. False where the remote does not have it. */
  readonly bring: (commit: string) => Promise<boolean>
  /** The commit that a name means in this clone; null where it means none. */
  readonly commit: (name: string) => Promise<string | null>
  /** Merges two commits in Git's object store alone: no folder is touched, no filter or driver of theirs is run. */
  readonly merge: (base: string, head: string) => Promise<Merged>
  /** The paths that two commits or trees hold differently, of those under these paths from the tree's root; of all where none is named. */
  readonly differing: (one: string, other: string, under: readonly string[]) => Promise<readonly string[]>
  /** Moves HEAD to a commit and brings the files of the instance along; whatever else lies in the folder stays as it is. */
  readonly follow: (commit: string) => Promise<void>
  /** The commit that a ref names now. */
  readonly resolve: (ref: string) => Promise<string | null>
  /** The commits that these refs name now, asked for at once; those that are not there are left out. */
  readonly resolveAll: (refs: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** What a ref holds now, fetched where needed. `named`: what it names, where Git has just said so. */
  readonly read: (ref: string, named?: string | null) => Promise<Snapshot | null>
  /** Compare-and-swap: sets the ref to a new commit if it still names `expected` (null: if it does not exist). `along`: a branch of the remote that grows to the same commit, or neither moves. */
  readonly write: (ref: string, expected: string | null, content: Content, along?: string) => Promise<Swap>
  /** Compare-and-delete. */
  readonly remove: (ref: string, expected: string) => Promise<'removed' | 'moved'>
  /** A note of this clone alone, under `refs/herdbook-seen/`. */
  readonly seen: (name: string) => Promise<string | null>
  readonly see: (name: string, commit: string) => Promise<void>
  /** Files that this clone alone keeps by a name; none where it keeps none. */
  readonly kept: (name: string) => Promise<Files>
  readonly keep: (name: string, files: Files) => Promise<void>
  /** Commits reachable from `from`, newest first. */
  readonly log: (from: string, options: LogOptions) => Promise<Commit[]>
  /** Of these commits those that changed a line of a file with this text, compared with their first parent. */
  readonly changing: (path: string, text: string, commits: readonly string[]) => Promise<readonly string[]>
  /** The texts of a path (from the tree's root) in these commits; null where it is not there. */
  readonly texts: (path: string, commits: readonly string[]) => Promise<(string | null)[]>
}

export type Merged =
  | { readonly state: 'merged'; readonly tree: string }
  | { readonly state: 'conflicts'; readonly files: readonly string[] }
  | { readonly state: 'unrelated' }

export interface LogOptions {
  /** Leaves out what this commit reaches. */
  readonly after?: string
  readonly limit: number
  /** Only commits that touched this path, from the tree's root. */
  readonly path?: string
  /** No commit before all that descend from it, whatever dates they claim. */
  readonly topological?: true
}

export interface Head {
  /** null where nothing is committed yet. */
  readonly commit: string | null
  /** null where HEAD is detached. */
  readonly branch: string | null
  readonly shallow: boolean
  /** Paths under `instance/` that differ from HEAD, untracked ones too. */
  readonly uncommitted: readonly string[]
}

export interface Upstream {
  readonly remote: string
  /** The default branch. */
  readonly branch: string
  /** Its commit; null where it has none yet. */
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
export type Files = ReadonlyMap<string, string>

export interface Snapshot extends Commit {
  /** Texts by path. */
  readonly files: Files
}

/** What a commit on one of our refs is made of. Subject and trailers are single lines; files lie flat. */
export interface Content {
  readonly files: Files
  readonly subject: string
  readonly trailers?: Trailers
  readonly parents?: readonly string[]
}

/** What came of a compare-and-swap: where it `moved`, `now` is what the ref names instead. */
export type Swap =
  | { readonly state: 'written'; readonly commit: string }
  | { readonly state: 'moved'; readonly now: string | null }

/** Whether a ref could not be read since it names what Herdbook never writes: no commit, or one that is too large. */
export const isForeign = (error: unknown): error is HerdbookError =>
  error instanceof HerdbookError &&
  error.diagnostics.every(({ code }) => code === 'ref-foreign' || code === 'ref-too-large')

/** The refs of one environment. On a forge the branch follows the ledger: of branches a forge can see to it that they only grow. */
export function refsOf(environment: string): {
  readonly ledger: string
  readonly lock: string
  readonly branch: string
} {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/i.test(environment)) {
    fail(
      EXIT.invalid,
      'environment-name',
      `${JSON.stringify(environment)} can't be an environment: use letters, digits and hyphens.`,
    )
  }
  return {
    ledger: `refs/herdbook/${environment}/ledger`,
    lock: `refs/herdbook/${environment}/lock`,
    branch: `refs/heads/herdbook-ledger/${environment}`,
  }
}
