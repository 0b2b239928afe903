import type { Wording } from '../instance/diagnostic.ts'

// The folder of the instance

export const noSuchFolder = (named: string): Wording => ({
  message: `There is no folder ${named}.`,
  hint: 'Name the folder that holds instance.yaml, or leave out --instance. Then Herdbook finds the nearest one.',
})

export const NO_INSTANCE_HERE: Wording = {
  message: 'There is no instance/instance.yaml in this folder or in a folder above.',
  hint: 'Go to the folder of your instance. Or start a new instance: herdbook init DOMAIN',
}

export const NO_INSTANCE_FILE: Wording = {
  message: 'instance.yaml is missing. This file says which server you manage.',
  hint: 'To write it: herdbook init DOMAIN',
}

/** Files of the commit that Git was told to leave out of the folder. */
export function sparseCheckout({
  missing,
  checkout,
  one,
}: {
  readonly missing: string
  readonly checkout: string
  readonly one: boolean
}): Wording {
  const [are, them] = one ? ['is', 'it'] : ['are', 'them']
  return {
    message: `${missing} ${are} in the commit but not in this folder: a sparse checkout leaves ${them} out.`,
    hint: `Check ${them} out: git checkout --ignore-skip-worktree-bits -- ${checkout}`,
  }
}

// Git

export const NO_GIT_TO_MERGE: Wording = {
  message: 'This folder is not in a Git repository, so there is nothing to merge.',
  hint: 'Make the folder a Git repository: git init. In a workflow, use actions/checkout.',
}

export const NO_GIT_FOR_LEDGER: Wording = {
  message: 'This folder is not in a Git repository, so it has no ledger and no lock.',
  hint: 'Make the folder a Git repository: git init',
}

export const NOTHING_COMMITTED = 'Nothing is committed yet.'

// Merges of a pull request

export function noSuchCommit({ name, remote }: { readonly name: string; readonly remote: string | null }): Wording {
  return {
    message: `There is no commit ${name} here or on the remote.`,
    hint: remote === null ? 'List the branches: git branch --all' : `Fetch it first: git fetch ${remote}`,
  }
}

export const NO_INSTANCE_ON_DEFAULT_BRANCH: Wording = {
  message: 'The default branch has no valid instance.yaml. Herdbook does not know which server this is.',
  hint: 'On that branch, find the mistake and correct it: herdbook validate',
}

export const MERGE_REMOVES_INSTANCE: Wording = {
  message: 'This merge would remove instance.yaml. Herdbook would not know which server this is.',
  hint: 'Copy instance.yaml from the default branch into your branch again.',
}

export const mergeConflict = ({ files, base }: { readonly files: string; readonly base: string }): Wording => ({
  message: `Herdbook cannot merge this branch. Your branch and ${base} both changed ${files}.`,
  hint: `Merge ${base} into your branch, and resolve the conflicts: git merge ${base}`,
})

export const unrelatedHistories = (base: string): Wording => ({
  message: `Herdbook cannot merge this branch. Your branch and ${base} have no commit in common.`,
  hint: `Start your branch again from ${base}: git switch --create NAME ${base}`,
})

// Objects and dates that a person names

export const noSuchObject = ({ text, kinds }: { readonly text: string; readonly kinds: string }): Wording => ({
  message: `"${text}" is not the name of an object.`,
  hint: `Write KIND/ID, such as domain-block/spam.example. The kinds are ${kinds}.`,
})

export const notADate = (written: string): Wording => ({
  message: `--until: ${written} is not a date.`,
  hint: 'Write year, month and day, such as 2026-12-24.',
})

export const datePassed = (written: string): Wording => ({
  message: `--until: ${written} has passed.`,
  hint: 'Give a date in the future, or leave --until out.',
})

// Changes of the files

export const NOTHING_WRITTEN = 'Nothing was written.'
export const FILES_SAY_SO = 'The files already say so. Herdbook changed nothing.'
export const reviewChanges = (files: string): string => `Changed ${files}. Check the change and propose it:`

export const readOnlyFile = ({ path, quoted }: { readonly path: string; readonly quoted: string }): Wording => ({
  message: `${path} is read-only.`,
  hint: `Make it writable: chmod u+w ${quoted}`,
})

/** What to type to propose a change of the files. A repository without a commit starts with all its files. */
export function proposeCommands({
  folder,
  message,
  isFirst,
}: {
  readonly folder: string
  readonly message: string
  readonly isFirst: boolean
}): string {
  const commands = isFirst
    ? `  git add ${folder}\n  git commit -m "${message}"`
    : `  git add ${folder} && git diff --staged ${folder}\n  git commit -m "${message}" -- ${folder}`
  return `${commands}\n  herdbook plan`
}

// The lock, and waiting

export const waitingForLock = (holder: string): string =>
  `Waiting for the lock (only one apply runs at a time): ${holder}`
export const STOPPED_EARLY = 'Herdbook stopped before it did anything.'

/** The server limits requests. */
export const waiting = ({ seconds, reason }: { readonly seconds: number; readonly reason: string }): string =>
  `Waiting ${seconds} s: ${reason}`

// Jobs

export const wrongEvent = ({ event, names }: { readonly event: string; readonly names: string }): Wording => ({
  message: `This job does not work for the event ${event}.`,
  hint: `The job works for ${names}. Correct \`on:\` in the workflow.`,
})
