import { refInLedger } from './object-ref.ts'
import { sameDigest, seal, sealIn, sha256, stepDigest, type Sealing } from './digest.ts'
import { type DigestForm } from './values.ts'
import type { Approval, ApprovalMarks, MergeApproval } from './ledger/types.ts'
import type { ObjectRef } from './values.ts'
import type { Step } from './plan/types.ts'

/** More marks than this would leave no room for text in a comment: then marks are for groups of steps. */
const MAX_MARKS = 500
/** Hex digits of a mark: 128 bits. */
const LENGTH = 32

/** What a comment is sealed for: the pull request and the planned commit. */
export interface PlannedHead {
  readonly pullRequest: number
  readonly head: string
}

/** What a pull request asks for besides its files. */
export interface RequestedApproval extends Pick<ApprovalMarks, 'restore' | 'askedBy' | 'isOurs'> {
  readonly pullRequest: number
  /** Leftover steps of earlier merges that go along, and the people behind them. */
  readonly along?: { readonly by: readonly string[]; readonly steps: readonly Step[] }
}

/** Makes the marks of these steps, in the newest form. */
export function marksOf(
  steps: readonly Step[],
  { pullRequest, restore, askedBy, isOurs, along = { by: [], steps: [] } }: RequestedApproval,
  sealing: Sealing,
): ApprovalMarks {
  const groups = steps.length > MAX_MARKS ? MAX_MARKS : 0
  const shape = { form: 2, groups } as const
  const nameList = (some: readonly Step[]): string[] =>
    groups === 0 ? some.map((step) => nameOf(step, sealing, 2)).sort() : []
  const markList = (some: readonly Step[]): string[] => [...marked(some, shape, pullRequest, sealing).keys()].sort()
  const content = { ...shape, marks: markList(steps), names: nameList(steps), restore, isOurs }
  // A group can hold both own and leftover steps.
  if (along.by.length === 0 || groups > 0) return { ...content, askedBy: [...new Set([...askedBy, ...along.by])] }
  return { ...content, askedBy, along: { by: along.by, marks: markList(along.steps), names: nameList(along.steps) } }
}

/** The name of a step's object, hashed with the key so that nobody can guess it. */
function nameOf({ kind, id }: Pick<Step, 'kind' | 'id'>, sealing: Sealing, form: DigestForm): string {
  const value = { name: `${kind}/${id}` }
  return (form === 2 ? sealIn(sealing, 'step', value) : seal('step', value, sealing.key)).slice(0, 8)
}

/** Whether a pull request showed a step for this object. */
export const showed = ({ names, form }: ApprovalMarks, object: Pick<Step, 'kind' | 'id'>, sealing: Sealing): boolean =>
  names.includes(nameOf(object, sealing, form))

/** The current steps that a merged pull request approves. A group counts only while it is unchanged as a whole. */
export function coveredBy(
  { marks, pullRequest }: Pick<MergeApproval, 'marks' | 'pullRequest'>,
  steps: readonly Step[],
  sealing: Sealing,
): Step[] {
  const known = new Set(marks.marks)
  return [...marked(steps, marks, pullRequest, sealing)].flatMap(([mark, members]) => (known.has(mark) ? members : []))
}

/** The marks of current steps for a pull request. */
export const marksAmong = (
  { marks, pullRequest }: Pick<MergeApproval, 'marks' | 'pullRequest'>,
  steps: readonly Step[],
  sealing: Sealing,
): ReadonlySet<string> => new Set(marked(steps, marks, pullRequest, sealing).keys())

function marked(
  steps: readonly Step[],
  { groups, form }: Pick<ApprovalMarks, 'groups' | 'form'>,
  pullRequest: number,
  sealing: Sealing,
): Map<string, readonly Step[]> {
  const digestOf = (step: Step): string => stepDigest(step, sealing, pullRequest, form)
  if (groups === 0) return new Map(steps.map((step) => [digestOf(step).slice(0, LENGTH), [step]]))
  const shared = Map.groupBy(
    steps,
    ({ kind, id }) => Number.parseInt(sha256(`${kind}/${id}`).slice(0, 12), 16) % groups,
  )
  const markOf = (members: readonly Step[]): string => {
    const value = { pullRequest, steps: members.map(digestOf).sort() }
    return (form === 2 ? sealIn(sealing, 'step', value) : seal('step', value, sealing.key)).slice(0, LENGTH)
  }
  return new Map([...shared.values()].map((members) => [markOf(members), members]))
}

/** New approvals by merged pull requests; each counts once. `may`: whether a merge's approval counts for a step. */
export function approvalsBy(
  merges: readonly MergeApproval[],
  steps: readonly Step[],
  known: readonly Approval[],
  sealing: Sealing,
  may: (merge: MergeApproval, step: Step) => boolean = () => true,
): Approval[] {
  const seen = new Set(known.map(({ digest }) => digest))
  return merges.flatMap((merge) => {
    const {
      pullRequest,
      by,
      at,
      marks: { form },
    } = merge
    return coveredBy(merge, steps, sealing).flatMap((step): Approval[] => {
      const digest = stepDigest(step, sealing, pullRequest, form)
      if (seen.has(digest) || !may(merge, step)) return []
      return [{ digest, ref: refInLedger(step), by, at, source: `#${pullRequest}`, pullRequest, form, spent: false }]
    })
  })
}

/** Whether a merge approves nothing any more. */
export const isLapsed = ({ marks }: MergeApproval): boolean => marks.marks.length === 0

/** The marks of a merge that were used up. */
export const usedOf = ({ pullRequest }: MergeApproval, approvals: readonly Approval[]): ReadonlySet<string> =>
  new Set(
    approvals.flatMap((one) => (one.spent && one.pullRequest === pullRequest ? [one.digest.slice(0, LENGTH)] : [])),
  )

/** Drops merges whose marks are all used up. Marks of groups name no step, so such merges stay. */
export function unused(merges: readonly MergeApproval[], approvals: readonly Approval[]): MergeApproval[] {
  return merges.filter((merge) => {
    const { marks } = merge
    const spent = usedOf(merge, approvals)
    return (marks.groups > 0 && marks.marks.length > 0) || marks.marks.some((mark) => !spent.has(mark))
  })
}

const LOGIN = '[A-Za-z0-9_[\\]-]+'
/** The hidden block by the version of its form. */
const BLOCKS: { readonly [form in DigestForm]: RegExp } = {
  1: new RegExp(
    '^<!-- herdbook-approvals v1 seal=([0-9a-f]{32}) groups=(\\d{1,4}) names=([0-9a-f,]*)(?: ' +
      `asked-by=(${LOGIN}))?()()()()((?: restore=[^\\s>]+)*)((?: [0-9a-f]{32})*) -->$`,
    'm',
  ),
  2: new RegExp(
    '^<!-- herdbook-approvals v2 seal=([0-9a-f]{32}) groups=(\\d{1,4}) names=([0-9a-f,]*)(?: ' +
      `asked-by=(${LOGIN}(?:,${LOGIN})*))?( ours)?(?: ` +
      `along=(${LOGIN}(?:,${LOGIN})*):([0-9a-f,]+):([0-9a-f,]+))?((?: restore=[^\\s>]+)*)((?: [0-9a-f]{32})*) -->$`,
    'm',
  ),
}
const BEGIN = '\n<!-- herdbook-approvals'
const UNSEALED = `seal=${'0'.repeat(LENGTH)}`
/** A name escaped for a comment of HTML, as in URLs. */
const escaped = (ref: ObjectRef): string => encodeURIComponent(ref).replaceAll('--', '%2D%2D')

/** The marks as the hidden block at the end of a comment, not sealed yet. */
export function marksBlock({ groups, marks, names, restore, askedBy, isOurs, along }: ApprovalMarks): string {
  const asked = askedBy.length === 0 ? [] : [`asked-by=${askedBy.join(',')}`]
  return [
    '<!-- herdbook-approvals v2',
    UNSEALED,
    `groups=${groups}`,
    `names=${names.join(',')}`,
    ...asked,
    ...(isOurs ? ['ours'] : []),
    ...(along ? [`along=${[along.by, along.marks, along.names].map((list) => list.join(',')).join(':')}`] : []),
    ...restore.map((ref) => `restore=${escaped(ref)}`),
    ...marks,
    '-->',
  ].join(' ')
}

/** Seals a comment that ends with marks, word for word, for this pull request and commit. */
export function sealComment(body: string, planned: PlannedHead, sealing: Sealing): string {
  const start = body.lastIndexOf(BEGIN)
  return body.slice(0, start) + body.slice(start).replace(UNSEALED, `seal=${sealOf(body, planned, sealing, 2)}`)
}

/** The seal of a comment. Forges and browsers change line ends; every other character counts. */
function sealOf(unsealed: string, { pullRequest, head }: PlannedHead, sealing: Sealing, form: DigestForm): string {
  const value = { pullRequest, head, text: linesOf(unsealed) }
  return (form === 2 ? sealIn(sealing, 'comment', value) : seal('comment', value, sealing.key)).slice(0, LENGTH)
}

const linesOf = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => line.replace(/\r$/, '').replace(/(?<![ \t])[ \t]+$/, ''))
    .join('\n')

/** Reads the marks of a comment; `altered` if it was changed or is for another pull request. `forms`: accepted ones. */
export function parseMarks(
  body: string,
  planned: PlannedHead,
  sealing: Sealing,
  forms: ReadonlySet<DigestForm> = new Set<DigestForm>([2]),
): ApprovalMarks | 'altered' | null {
  const start = body.lastIndexOf(BEGIN)
  if (start < 0) return null
  const block = body.slice(start)
  for (const form of forms) {
    const [
      ,
      sealedAs = '',
      groups = '',
      names = '',
      askedBy = '',
      ours = '',
      alongBy = '',
      alongMarks = '',
      alongNames = '',
      restore = '',
      marks = '',
    ] = BLOCKS[form].exec(block) ?? []
    const unsealed = body.slice(0, start) + block.replace(`seal=${sealedAs}`, UNSEALED)
    if (sealedAs === '' || !sameDigest(sealedAs, sealOf(unsealed, planned, sealing, form))) continue
    const refs = restore
      .split(' ')
      .flatMap((word) => (word === '' ? [] : [decodeURIComponent(word.slice('restore='.length))]))
    const list = (text: string, by: string): string[] => text.split(by).filter((one) => one !== '')
    return {
      form,
      groups: Number(groups),
      marks: list(marks, ' '),
      names: list(names, ','),
      restore: refs,
      askedBy: list(askedBy, ','),
      isOurs: ours !== '',
      ...(alongBy === ''
        ? {}
        : { along: { by: list(alongBy, ','), marks: list(alongMarks, ','), names: list(alongNames, ',') } }),
    }
  }
  return 'altered'
}
