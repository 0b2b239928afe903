import { seal, sha256, stepDigest, type Key } from './digest.ts'
import type { Approval, ObjectRef, Step } from './types.ts'

/**
 * What a pull request's comment carries of its plan, so that merging it approves just that: a mark for each step, or
 * for each group of steps where there are many, and the objects for which the files are to win. Marks are HMACs over the
 * step and the number of the pull request: they can be read and edited by many, and made by nobody without the key.
 */
export interface Marks {
  /** How many groups the steps are shared out to by their names; 0 where each has a mark of its own. */
  readonly groups: number
  readonly marks: readonly string[]
  readonly restore: readonly ObjectRef[]
}

/** What marks are made for and with. */
export interface Sealing {
  /** The instance's domain. */
  readonly server: string
  readonly key: Key
}

/** A pull request that was merged, with the marks of its comment. */
export interface Merge {
  readonly pullRequest: number
  readonly by: string
  readonly at: string
  readonly marks: Marks
}

/** More marks than this would take the room of what people read. */
const MOST_MARKS = 500
/** 128 bits. */
const LENGTH = 32

/** The digest of a step as that pull request's: for approvals in the ledger. */
export const digestIn = (step: Step, pullRequest: number, { server, key }: Sealing): string => stepDigest({ ...step, server, pullRequest }, key)

export function marksOf(steps: readonly Step[], pullRequest: number, sealing: Sealing, restore: readonly ObjectRef[] = []): Marks {
  const groups = steps.length > MOST_MARKS ? MOST_MARKS : 0
  return { groups, marks: [...marked(steps, groups, pullRequest, sealing).keys()].sort(), restore }
}

/** The steps of now that a merged pull request approves: in groups, only while the whole group is as it was. */
export function coveredBy({ marks, pullRequest }: Merge, steps: readonly Step[], sealing: Sealing): Step[] {
  const known = new Set(marks.marks)
  return [...marked(steps, marks.groups, pullRequest, sealing)].flatMap(([mark, members]) => (known.has(mark) ? members : []))
}

function marked(steps: readonly Step[], groups: number, pullRequest: number, sealing: Sealing): Map<string, readonly Step[]> {
  if (groups === 0) return new Map(steps.map((step) => [digestIn(step, pullRequest, sealing).slice(0, LENGTH), [step]]))
  const shared = Map.groupBy(steps, ({ kind, id }) => Number.parseInt(sha256(`${kind}/${id}`).slice(0, 12), 16) % groups)
  const markOf = (members: readonly Step[]): string =>
    seal('step', { pullRequest, steps: members.map((step) => digestIn(step, pullRequest, sealing)).sort() }, sealing.key).slice(0, LENGTH)
  return new Map([...shared.values()].map((members) => [markOf(members), members]))
}

/** Approvals that merged pull requests give and the ledger does not hold yet, spent or not: each counts once. */
export function approvalsBy(merges: readonly Merge[], steps: readonly Step[], known: readonly Approval[], sealing: Sealing): Approval[] {
  const seen = new Set(known.map(({ digest }) => digest))
  return merges.flatMap((merge) => {
    const { pullRequest, by, at } = merge
    return coveredBy(merge, steps, sealing).flatMap((step): Approval[] => {
      const digest = digestIn(step, pullRequest, sealing)
      return seen.has(digest) ? [] : [{ digest, ref: `${step.kind}/${step.id}`, by, at, source: `#${pullRequest}`, pullRequest, spent: false }]
    })
  })
}

const BLOCK = /^<!-- herdbook-approvals v1 groups=(\d{1,4})((?: restore=[^\s>]+)*)((?: [0-9a-f]{32})*) -->$/m
/** A name that can stand in a comment of HTML: what is not in it is escaped as in URLs. */
const escaped = (ref: ObjectRef): string => encodeURIComponent(ref).replaceAll('--', '%2D%2D')

/** The marks as the hidden block that a comment ends with. */
export function marksBlock({ groups, marks, restore }: Marks): string {
  return ['<!-- herdbook-approvals v1', `groups=${groups}`, ...restore.map((ref) => `restore=${escaped(ref)}`), ...marks, '-->'].join(' ')
}

/** The marks in the last block of a comment; null where there is none. */
export function parseMarks(body: string): Marks | null {
  const [, groups, restore = '', marks = ''] = BLOCK.exec(body.slice(Math.max(0, body.lastIndexOf('<!-- herdbook-approvals')))) ?? []
  if (groups === undefined || Number(groups) > MOST_MARKS) return null
  const refs = restore.split(' ').flatMap((word) => (word === '' ? [] : [unescaped(word.slice('restore='.length))]))
  return { groups: Number(groups), marks: marks.split(' ').filter((mark) => mark !== ''), restore: refs.filter((ref) => ref !== null) }
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
