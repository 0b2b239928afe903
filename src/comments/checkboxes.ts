import type { ObjectRef } from '../reconcile/values.ts'
import type { KindName } from '../words/describe-step.ts'

const WAYS = ['adopt', 'restore', 'leave'] as const

/** A way out of a difference that a person ticked. */
export interface Tick {
  /** Keep the server's version, use the files' version, or let it stay in no file. */
  readonly what: (typeof WAYS)[number]
  readonly ref: ObjectRef
  /** What the person saw and leaves, as the seen list has it. */
  readonly mark?: string
}

/** A name that can't close the HTML comment around it. */
const written = ({ what, ref, mark }: Tick): string =>
  `${what} ${encodeURIComponent(ref.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3A', ':')}` +
  (mark === undefined ? '' : ` ${mark}`)

/** The line of a box to tick. The words are ours. */
export const boxLine = (tick: Tick, words: string): string => `- [ ] ${words} <!-- ${written(tick)} -->`

const LINE = /^- \[[ xX]\] [^\r\n]* <!-- (?<tick>[^<>]*) -->$/
const TICK = /^(?<what>adopt|restore|leave) (?<ref>[a-z-]+\/[\w.!~*'():/%-]+)(?: (?<mark>[0-9a-f]{64}))?$/
const BOX = /^- \[[ xX]\] /

/**
 * The boxes that were ticked between two bodies of the drift issue. Strict: only lines that were in the body before,
 * unticked, and differ in their tick alone; of known kinds, each object once.
 */
export function parseTicks(before: string, after: string, kinds: readonly Pick<KindName, 'name'>[]): Tick[] {
  const open = new Set(linesOf(before).filter((line) => line.startsWith('- [ ] ')))
  const ticked = linesOf(after).filter((line) => /^- \[[xX]\] /.test(line) && open.has(line.replace(BOX, '- [ ] ')))
  const ticks = [...new Set(ticked)].flatMap((line) => tickOf(line, kinds))
  // Two ways out of one difference cancel each other.
  const asked = Map.groupBy(ticks, ({ ref }) => ref)
  return ticks.filter(({ ref }) => asked.get(ref)?.length === 1)
}

/**
 * The ticks to act on: those of this one edit, because others may have ticked boxes, or a night may have rewritten
 * the issue, since then. Without what was proposed since that edit.
 */
export function dueTicks(
  { before, after, now }: { readonly before: string; readonly after: string; readonly now: string },
  kinds: readonly Pick<KindName, 'name'>[],
): Tick[] {
  const [then, since] = [proposals(after, kinds), proposals(now, kinds)]
  return parseTicks(before, after, kinds).filter((tick) => {
    const name = written(tick)
    return !since.has(name) || since.get(name) === then.get(name)
  })
}

/** The pull requests beside boxes, by tick. */
const proposals = (body: string, kinds: readonly Pick<KindName, 'name'>[]): ReadonlyMap<string, number> =>
  new Map(
    linesOf(body).flatMap((line) => {
      const pullRequest = proposedBeside(line)
      return pullRequest === null
        ? []
        : tickOf(line, kinds).map((tick): [string, number] => [written(tick), pullRequest])
    }),
  )

const linesOf = (body: string): string[] => body.split(/\r?\n/)

function tickOf(line: string, kinds: readonly Pick<KindName, 'name'>[]): Tick[] {
  const { what: word, ref = '', mark } = TICK.exec(LINE.exec(line)?.groups?.['tick'] ?? '')?.groups ?? {}
  const what = WAYS.find((way) => way === word)
  const name = decoded(ref)
  const known = kinds.some((kind) => name?.startsWith(`${kind.name}/`) && name.length > kind.name.length + 1)
  if (name === null || !known || what === undefined || (what === 'leave') !== (mark !== undefined)) return []
  return [{ what, ref: name, ...(mark === undefined ? {} : { mark }) }]
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Between a box's words and its name: a mark with the number, and the number for people. */
const PROPOSED = / <!-- proposed=(\d{1,9}) -->[^<>`]*(?= <!-- [^<>]* -->$)/
/** Version 0.1 wrote it without the mark. */
const UNMARKED = / · proposed in #(\d{1,9})(?= <!-- [^<>]* -->$)/

/** The pull request beside a box; null if there is none. */
function proposedBeside(line: string): number | null {
  const [, number] = PROPOSED.exec(line) ?? UNMARKED.exec(line) ?? []
  return number === undefined ? null : Number(number)
}

const withPullRequest = (line: string, pullRequest: number): string =>
  line
    .replace(PROPOSED, '')
    .replace(UNMARKED, '')
    .replace(/ (<!-- [^<>]* -->)$/, ` <!-- proposed=${pullRequest} --> · proposed in #${pullRequest} $1`)

/** Whether any box of a body has a pull request beside it. */
export const hasProposals = (body: string): boolean => linesOf(body).some((line) => proposedBeside(line) !== null)

/** The body with these boxes open again, and beside each its pull request. */
export function proposedIn(
  body: string,
  ticks: readonly Tick[],
  pullRequest: number,
  kinds: readonly Pick<KindName, 'name'>[],
): string {
  return withProposals(body, new Map(ticks.map((tick) => [written(tick), pullRequest])), kinds)
}

/** The new body with the pull requests beside boxes of an earlier body that are still open. */
export function carriedOver(
  before: string,
  body: string,
  isOpen: (pullRequest: number) => boolean,
  kinds: readonly Pick<KindName, 'name'>[],
): string {
  const still = new Map([...proposals(before, kinds)].filter(([, pullRequest]) => isOpen(pullRequest)))
  return withProposals(body, still, kinds)
}

/** In one pass, however many boxes there are. */
const withProposals = (
  body: string,
  beside: ReadonlyMap<string, number>,
  kinds: readonly Pick<KindName, 'name'>[],
): string =>
  linesOf(body)
    .map((line) => {
      const [pullRequest] = tickOf(line, kinds).flatMap((tick) => beside.get(written(tick)) ?? [])
      return pullRequest === undefined ? line : withPullRequest(line.replace(BOX, '- [ ] '), pullRequest)
    })
    .join('\n')
