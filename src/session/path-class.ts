import { isFileName } from '../instance/documents.ts'

/** A path of a proposal: of the instance, something that runs or has effect here after the merge, or another file. */
export type PathClass = 'instance' | 'runs' | 'other'

/** The tree of the paths: where its instance folder is, and whether Herdbook itself is in the same tree. */
export interface TreeLayout {
  readonly folder: string
  readonly inCopy: boolean
}

/** A tree with this file is a copy of Herdbook's repository: Herdbook runs from the tree itself. */
export const OWN_ACTION = '.github/actions/herdbook/action.yml'

/** What a forge runs, who it asks for a review, and what configures Git or Dependabot in a checkout. */
const RUNS: readonly RegExp[] = [
  /^\.github\/(workflows|actions)(\/|$)/,
  /^(\.github\/|docs\/)?codeowners$/,
  /(^|\/)\.gitattributes$/,
  /^\.gitmodules$/,
  /^\.github\/dependabot\.ya?ml$/,
]

/** In a copy, files that only people read; any other may be part of the tool, now or in a later version. */
const HARMLESS: readonly RegExp[] = [
  /^(?!(src|schema|test|node_modules|\.ci)\/)([^/]+\/)*[^/]+\.(md|png|jpe?g|gif|webp|svg)$/,
  /^(license|\.github\/issue_template\/[^/]+\.ya?ml)$/,
]

/** A name as the least strict program reads it: without case and without invisible characters. */
const foldedName = (path: string): string =>
  path
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()

/** Whether Herdbook reads a file of the instance: files of these names and their texts, and no folders. */
const isRead = (name: string): boolean => isFileName(name) || (name.endsWith('.md') && !name.includes('/'))

/** Classifies a changed path. What is not known to be harmless counts as harmful. */
export function classOf(path: string, { folder, inCopy }: TreeLayout): PathClass {
  const name = foldedName(path)
  if (RUNS.some((pattern) => pattern.test(name))) return 'runs'
  if (path.startsWith(`${folder}/`) && isRead(path.slice(folder.length + 1))) return 'instance'
  return inCopy && !path.startsWith(`${folder}/`) && !HARMLESS.some((pattern) => pattern.test(name)) ? 'runs' : 'other'
}

/** What a proposal changes outside the instance. */
export interface TouchedPaths {
  readonly runs: readonly string[]
  readonly others: readonly string[]
}

/** Groups the changed paths outside the instance by their class. */
export function touchedOf(paths: readonly string[], layout: TreeLayout): TouchedPaths {
  const { runs = [], other = [] } = Object.groupBy(paths, (path) => classOf(path, layout))
  return { runs, others: other }
}
