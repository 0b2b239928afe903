import { refInLedger } from './batches.ts'
import { sameDigest, seal, sha256, stepDigest, type Key } from './digest.ts'
import type { Approval, ObjectRef, Step } from './types.ts'

/**
 * What a pull request's comment carries of its plan, so that merging it approves just that: a mark for each step, or
 * for each group of steps where there are many, and the objects for which the files are to win. Marks are HMACs over the
 * step and the number of the pull request. The comment as a whole is sealed: many may edit it, and nobody without the key
 * so that it still approves anything.
 */
export interface Marks {
  /** How many groups the steps are shared out to by their names; 0 where each has a mark of its own. */
  readonly groups: number
  readonly marks: readonly string[]
  /** Names of the steps' objects, hashed; none where marks are for groups. They approve nothing: they tell what has moved. */
  readonly names: readonly string[]
  readonly restore: readonly ObjectRef[]
  /** Who had a program propose it, where one did: their own approval of it counts for nothing. */
  readonly askedBy: string | null
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

/** What a comment is sealed for: the pull request, and the commit that was planned. */
export interface Planned {
  readonly pullRequest: number
  readonly head: string
}

/** What a pull request says besides its files. */
export interface Proposed extends Pick<Marks, 'restore' | 'askedBy'> {
  readonly pullRequest: number
}

export function marksOf(steps: readonly Step[], { pullRequest, restore, askedBy }: Proposed, sealing: Sealing): Marks {
  const groups = steps.length > MOST_MARKS ? MOST_MARKS : 0
  const names = groups === 0 ? steps.map((step) => nameOf(step, sealing)).sort() : []
  return { groups, marks: [...marked(steps, groups, pullRequest, sealing).keys()].sort(), names, restore, askedBy }
}

/** By the key: a name that could be guessed by its hash would be told. */
const nameOf = ({ kind, id }: Pick<Step, 'kind' | 'id'>, { key }: Sealing): string => seal('step', { name: `${kind}/${id}` }, key).slice(0, 8)

/** Whether a pull request showed a step for this object, as it was then. */
export const showed = ({ names }: Marks, object: Pick<Step, 'kind' | 'id'>, sealing: Sealing): boolean => names.includes(nameOf(object, sealing))

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
      return seen.has(digest) ? [] : [{ digest, ref: refInLedger(step), by, at, source: `#${pullRequest}`, pullRequest, spent: false }]
    })
  })
}

const BLOCK = /^<!-- herdbook-approvals v1 seal=([0-9a-f]{32}) groups=(\d{1,4}) names=([0-9a-f,]*)(?: asked-by=([A-Za-z0-9[\]-]+))?((?: restore=[^\s>]+)*)((?: [0-9a-f]{32})*) -->$/m
const BEGIN = '\n<!-- herdbook-approvals'
const UNSEALED = `seal=${'0'.repeat(LENGTH)}`
/** A name that can stand in a comment of HTML: what is not in it is escaped as in URLs. */
const escaped = (ref: ObjectRef): string => encodeURIComponent(ref).replaceAll('--', '%2D%2D')

/** The marks as the hidden block that a comment ends with, yet to be sealed. */
export function marksBlock({ groups, marks, names, restore, askedBy }: Marks): string {
  return ['<!-- herdbook-approvals v1', UNSEALED, `groups=${groups}`, `names=${names.join(',')}`, ...(askedBy === null ? [] : [`asked-by=${askedBy}`]), ...restore.map((ref) => `restore=${escaped(ref)}`), ...marks, '-->'].join(' ')
}

/** A comment that ends with marks, sealed word for word: for this pull request and commit alone. */
export function sealComment(body: string, planned: Planned, key: Key): string {
  const start = body.lastIndexOf(BEGIN)
  return body.slice(0, start) + body.slice(start).replace(UNSEALED, `seal=${sealOf(body, planned, key)}`)
}

/** Forges and browsers have their own line ends; every other character counts. */
const sealOf = (unsealed: string, { pullRequest, head }: Planned, key: Key): string =>
  seal('comment', { pullRequest, head, text: unsealed.trim().replace(/[ \t]*\r?\n/g, '\n') }, key).slice(0, LENGTH)

/** The marks that a comment ends with; `altered` where it is not as it was sealed, or was for another pull request or commit. */
export function parseMarks(body: string, planned: Planned, key: Key): Marks | 'altered' | null {
  const start = body.lastIndexOf(BEGIN)
  if (start < 0) return null
  const block = body.slice(start)
  const [, sealedAs = '', groups = '', names = '', askedBy = null, restore = '', marks = ''] = BLOCK.exec(block) ?? []
  const unsealed = body.slice(0, start) + block.replace(`seal=${sealedAs}`, UNSEALED)
  if (sealedAs === '' || !sameDigest(sealedAs, sealOf(unsealed, planned, key))) return 'altered'
  const refs = restore.split(' ').flatMap((word) => (word === '' ? [] : [decodeURIComponent(word.slice('restore='.length))]))
  return { groups: Number(groups), marks: marks.split(' ').filter((mark) => mark !== ''), names: names.split(',').filter((name) => name !== ''), restore: refs, askedBy }
}
