import { isFileName } from '../instance/documents.ts'

/** What a path of a proposal is: of the instance, something that runs here or is obeyed here once it is merged, or another file. */
export type PathClass = 'instance' | 'runs' | 'other'

/** Where paths are judged: the folder of the instance from the tree's root, and whether Herdbook itself lies in the same tree. */
export interface Around {
  readonly folder: string
  readonly inCopy: boolean
}

/** A tree with this file runs Herdbook from the very tree: a copy of its repository. */
export const OWN_ACTION = '.github/actions/herdbook/action.yml'

/** What a forge runs, whom it asks for a review, and what Git or Dependabot obeys in a checkout. */
const RUNS: readonly RegExp[] = [
  /^\.github\/(workflows|actions)(\/|$)/,
  /^(\.github\/|docs\/)?codeowners$/,
  /(^|\/)\.gitattributes$/,
  /^\.gitmodules$/,
  /^\.github\/dependabot\.ya?ml$/,
]

/** In a copy, what is known to be read by people alone; whatever else lies there may be part of the tool, now or in a later version. */
const HARMLESS: readonly RegExp[] = [
  /^(?!(src|schema|test|node_modules|\.ci)\/)([^/]+\/)*[^/]+\.(md|png|jpe?g|gif|webp|svg)$/,
  /^(license|\.github\/issue_template\/[^/]+\.ya?ml)$/,
]

/** A name as the most careless reader would take it: in whatever letters, and without characters that nobody sees. */
const folded = (path: string): string =>
  path
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .toLowerCase()

/** Files by just these names, and texts that they may name; no folders in the instance. */
const isRead = (name: string): boolean => isFileName(name) || (name.endsWith('.md') && !name.includes('/'))

/** What a changed path is. What is not known to be harmless counts as what could do harm. */
export function classOf(path: string, { folder, inCopy }: Around): PathClass {
  const name = folded(path)
  if (RUNS.some((pattern) => pattern.test(name))) return 'runs'
  if (path.startsWith(`${folder}/`) && isRead(path.slice(folder.length + 1))) return 'instance'
  return inCopy && !path.startsWith(`${folder}/`) && !HARMLESS.some((pattern) => pattern.test(name)) ? 'runs' : 'other'
}

/** What a proposal changes outside the instance. */
export interface Touched {
  readonly runs: readonly string[]
  readonly others: readonly string[]
}

/** The changed paths that are not the instance's, by what they are. */
export function touchedOf(paths: readonly string[], around: Around): Touched {
  const { runs = [], other = [] } = Object.groupBy(paths, (path) => classOf(path, around))
  return { runs, others: other }
}
