import type { ObjectRef } from '../reconcile/values.ts'
import type { KindName } from '../words/describe.ts'

const WAYS = ['adopt', 'restore', 'leave'] as const

/** A way out of a difference that somebody has ticked. */
export interface Tick {
  /** Keep the server's version, use the files' version, or let it stay in no file. */
  readonly what: (typeof WAYS)[number]
  readonly ref: ObjectRef
  /** What somebody saw who leaves it, as the seen list has it. */
  readonly mark?: string
}

/** A name that can't end the comment that it stands in. */
const written = ({ what, ref, mark }: Tick): string =>
  `${what} ${encodeURIComponent(ref.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3A', ':')}${mark === undefined ? '' : ` ${mark}`}`

/** The line of a box to tick. The words are ours. */
export const boxLine = (tick: Tick, words: string): string => `- [ ] ${words} <!-- ${written(tick)} -->`

const LINE =
  /^- \[[ xX]\] [^\r\n]* <!-- (?<what>adopt|restore|leave) (?<ref>[a-z-]+\/[\w.!~*'():/%-]+)(?: (?<mark>[0-9a-f]{64}))? -->$/
const BOX = /^- \[[ xX]\] /

/**
 * The boxes that were ticked between two bodies of the drift issue. Strict: only lines that stood in the body before,
 * unticked, and differ in nothing but their tick; of known kinds, each object once.
 */
export function parseTicks(before: string, after: string, kinds: readonly Pick<KindName, 'name'>[]): Tick[] {
  const open = new Set(linesOf(before).filter((line) => line.startsWith('- [ ] ')))
  const ticked = linesOf(after).filter((line) => /^- \[[xX]\] /.test(line) && open.has(line.replace(BOX, '- [ ] ')))
  const ticks = [...new Set(ticked)].flatMap((line) => tickOf(line, kinds))
  // Both ways out of one difference at once are none.
  const asked = Map.groupBy(ticks, ({ ref }) => ref)
  return ticks.filter(({ ref }) => asked.get(ref)?.length === 1)
}

/**
 * The ticks to act on: those between the two bodies of an edit, since a night may have written the issue anew by now, and
 * since whoever ticked another box meanwhile asks in their own name. Without what was proposed since that edit.
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

/** The pull requests that stand beside boxes. */
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
  const { what: word, ref = '', mark } = LINE.exec(line)?.groups ?? {}
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

/** What stands between the words of a box and its name: a mark with the number, and the number for people. */
const PROPOSED = / <!-- proposed=(\d{1,9}) -->[^<>`]*(?= <!-- [^<>]* -->$)/
/** The version before wrote it without the mark. */
const UNMARKED = / · proposed in #(\d{1,9})(?= <!-- [^<>]* -->$)/

/** The pull request that stands beside a box; null where there is none. */
function proposedBeside(line: string): number | null {
  const [, number] = PROPOSED.exec(line) ?? UNMARKED.exec(line) ?? []
  return number === undefined ? null : Number(number)
}

const besides = (line: string, pullRequest: number): string =>
  line
    .replace(PROPOSED, '')
    .replace(UNMARKED, '')
    .replace(/ (<!-- [^<>]* -->)$/, ` <!-- proposed=${pullRequest} --> · proposed in #${pullRequest} $1`)

/** Whether beside any box of a body there is a pull request. */
export const hasProposals = (body: string): boolean => linesOf(body).some((line) => proposedBeside(line) !== null)

/** The body with these boxes open again, and beside each the pull request that it led to. */
export function proposedIn(
  body: string,
  ticks: readonly Tick[],
  pullRequest: number,
  kinds: readonly Pick<KindName, 'name'>[],
): string {
  return withProposals(body, new Map(ticks.map((tick) => [written(tick), pullRequest])), kinds)
}

/** The pull requests that stand beside boxes of an earlier body, written into the new one: those that are open still. */
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
      return pullRequest === undefined ? line : besides(line.replace(BOX, '- [ ] '), pullRequest)
    })
    .join('\n')
