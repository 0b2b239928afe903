import type { Advice } from '../instance/diagnostic.ts'
import { MINIMUM } from '../minimum.ts'

const GIT_DOWNLOADS = 'https://git-scm.com/downloads'

export const GIT_MISSING: Advice = {
  message: 'Herdbook cannot find Git: it is not installed, or it is not on your PATH.',
  hint: `Install Git ${MINIMUM.git} or newer: ${GIT_DOWNLOADS}`,
}

export const gitTooOld = ({ version }: { readonly version: string }): Advice => ({
  message: `This Git is ${version}. Herdbook needs Git ${MINIMUM.git} or newer.`,
  hint: `Install a newer Git: ${GIT_DOWNLOADS}`,
})

/** `task` is one of the tasks below; `reason` is Git's own line. */
export const gitCouldNot = ({ task, reason }: { readonly task: string; readonly reason: string }): string =>
  `Git could not ${task}: ${reason}`

export const TASKS = {
  readObjects: 'read the objects of the repository',
  openRepository: 'open the repository',
  readStatus: 'read the status of instance/',
  readHistory: 'read the history',
  compareHistory: 'compare the history',
  compareTrees: 'compare two commits',
  writeObjects: 'write into the repository',
}
export const reach = (remote: string): string => `reach ${remote}`
export const fetchFrom = (remote: string): string => `fetch from ${remote}`
export const fetchCommitFrom = (commit: string, remote: string): string => `fetch ${commit} from ${remote}`
export const moveTo = (commit: string): string => `move to ${commit}`
export const mergeCommit = (commit: string): string => `merge ${commit}`
export const readRef = (ref: string): string => `read ${ref}`
export const setRef = (ref: string): string => `set ${ref}`

export const NO_REASON = 'Git gave no reason'
export const ANSWER_CUT_OFF = 'the answer of Git is incomplete'
export const REF_CHANGES_TOO_FAST = 'other runs change it too fast for Git to fetch it: try again in a minute'

export const CLONE_DISK_FULL = 'The disk that this clone is on is full. Make room there, then run this again.'
export const REMOTE_DISK_FULL =
  'The disk of the repository that this clone pushes to is full. Make room there, then run this again.'

export const tryLsRemote = (remote: string): string => `Try it yourself: git ls-remote ${remote}`

export const CHECK_PUSH_RIGHT = 'Check that your key or token may push to this repository.'

export const notFullCommitId = (id: string): string => `${JSON.stringify(id.slice(0, 80))} is not a full commit id.`

/** `inTheWay` is the ref that exists; `remove` is the command that deletes it. */
export const refInTheWay = (names: {
  readonly ref: string
  readonly inTheWay: string
  readonly remove: string
}): Advice => ({
  message:
    `Git cannot create ${names.ref} because ${names.inTheWay} exists. ` + 'Anyone with push rights could have made it.',
  hint: `If nobody needs that one, delete it: ${names.remove}`,
})

export const refTooLarge = ({ ref, id }: { readonly ref: string; readonly id: string }): Advice => ({
  message: `${ref} (commit ${id.slice(0, 12)}) is too large, so Herdbook did not write it and does not read it.`,
  hint: `Look at it: git show --stat ${id}`,
})

export const refForeign = ({ ref, id }: { readonly ref: string; readonly id: string }): Advice => ({
  message: `${ref} does not name a commit but ${id.slice(0, 12)}, so Herdbook did not write it and does not read it.`,
  hint: `Look at it: git cat-file -p ${id}`,
})

/** `trust` is the command that Git itself proposes, if it does. */
export const foreignFolder = ({
  dir,
  trust,
}: {
  readonly dir: string
  readonly trust: string | undefined
}): Advice => ({
  message: 'This folder belongs to another user, so Git does not read it.',
  hint: `If you trust that user, allow it: ${trust ?? `git config --global --add safe.directory ${dir}`}`,
})

/** `branch` is empty if no branch is checked out. */
export const remoteUnclear = ({
  remotes,
  branch,
}: {
  readonly remotes: readonly string[]
  readonly branch: string
}): Advice => ({
  message:
    `This repository has several remotes (${remotes.join(', ')}). ` +
    'Git does not say which one this branch belongs to.',
  hint:
    branch === ''
      ? 'Switch to the branch that you apply from: git switch BRANCH'
      : 'Name the remote that holds the ledger, ' +
        `for example ${remotes[0]}: git config branch.${branch}.remote ${remotes[0]}`,
})

export const SHALLOW_CLONE: Advice = {
  message: 'This clone does not have the whole history, so Herdbook cannot see which repository it belongs to.',
  hint: 'Get the whole history: git fetch --unshallow',
}

export const KEPT_SUBJECT = 'Kept in this clone'

export const folderUnreadable = ({ folder, tree }: { readonly folder: string; readonly tree: string }): string =>
  `Git could not read ${folder} of ${tree.slice(0, 12)}.`

export const noSuchFile = (file: { readonly name: string; readonly folder: string; readonly tree: string }): string =>
  `${file.name} is not a file in ${file.folder} of ${file.tree.slice(0, 12)}`

export const fileTooLarge = ({ name, bytes }: { readonly name: string; readonly bytes: number }): string =>
  `${name} is larger than ${bytes} bytes`
