import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Show } from '../instance/documents.ts'
import type { Plan, Standoff, Step } from '../reconcile/types.ts'
import { conceal, disclosure } from './conceal.ts'
import { byDanger, doorsOf, titleOf, verdict, type KindName } from './describe.ts'
import { sorted, totals } from './diagnostics.ts'
import { absence, sidesOf } from './fields.ts'
import { fit, size, type Section } from './fit.ts'
import { fileSection } from './markdown-file.ts'
import { code, fence, marked, prose } from './markdown-text.ts'
import { readable } from './names.ts'
import { counted, filesOf, isQuiet, readCount } from './order.ts'
import { capital, clip, count, inline, listed, number } from './text.ts'

export interface MarkdownOptions {
  readonly kinds: readonly KindName[]
  /** In characters; GitHub takes 65,536. */
  readonly limit?: number
  readonly visibility: 'public' | 'private'
  /** What `policy.yaml` lets a private repository show. */
  readonly show?: Show
  /** How to run it again. */
  readonly command?: string
}

const LIMIT = 65_536

/** A plan as a comment to decide from: always within the limit and balanced, whatever the names in it. */
export function renderMarkdown(full: Plan, options: MarkdownOptions): string {
  const plan = conceal(full, disclosure(options.visibility, options.show))
  const { kinds, limit = LIMIT, command = 'herdbook plan' } = options
  const foot = footer(plan, command)
  if (isQuiet(plan)) return `**In sync**: ${code(plan.domain)} is as the files say (${readCount(plan)}).\n`
  const head = `### ${marked(verdict(plan, kinds))}`
  const sections: Section[] = [
    [() => head],
    findings(plan, 'error'),
    ...filesOf(plan.steps, kinds).map(([file, steps]) => fileSection(file, steps, kinds, command)),
    standoffs(plan.conflicts, 'Changed on both sides', 'The file and the live server both changed since the last apply.'),
    standoffs(plan.drift, 'Changed by hand', 'Live is no longer what was applied.'),
    standoffs(plan.takeovers, 'New to Herdbook', 'Live already has it and differs from the file.'),
    waiting(plan, kinds),
    unread(plan, kinds),
    byHand(plan, kinds),
    findings(plan, 'warning'),
    [() => leftAlone(plan, kinds), () => ''],
    [() => foot],
  ]
  return `${fit(sections, limit - 1) ?? lastResort(plan, head, foot, limit - 1)}\n`
}

/** Problems of the files as a comment. */
export function renderMarkdownDiagnostics(list: readonly Diagnostic[], options: { readonly limit?: number } = {}): string {
  const head = `### ${list.some(({ severity }) => severity === 'error') ? 'The files are not valid' : 'The files are valid'}: ${totals(list)}`
  return `${fit([[() => head], problems(sorted(list))], (options.limit ?? LIMIT) - 1) ?? head}\n`
}

const place = ({ at }: Diagnostic): string => (at === undefined ? '' : `${code(`${at.file}:${at.line}`)} `)
const problem = (one: Diagnostic): string => `- ${place(one)}${prose(readable(one.message))}${one.hint === undefined ? '' : `<br>→ ${prose(one.hint)}`}`

/** As many as fit: all, a hundred, twenty, three. */
function problems(list: readonly Diagnostic[]): Section {
  return shortening(list.map((one) => () => problem(one)), '\n', (rest) => `- … and ${number(rest)} more`)
}

/** A list, then shorter beginnings of it with the rest counted. */
function shortening(items: readonly (() => string)[], glue: string, more: (rest: number) => string): Section {
  const form = (length: number): string => [...items.slice(0, length).map((item) => item()), more(items.length - length)].join(glue)
  const shorter = [100, 20, 3, 0].filter((length) => length < items.length)
  return [() => items.map((item) => item()).join(glue), ...shorter.map((length) => () => form(length))]
}

/** The same frame around each form of a section; an empty section has no frame. */
const framed = (section: Section, frame: (body: string) => string): Section => section.map((form) => () => frame(form()))

function findings(plan: Plan, severity: 'error' | 'warning'): Section {
  const reasons = new Set(plan.reads.map((read) => read.reason))
  const list = sorted(plan.findings.filter((one) => (one.severity === 'error') === (severity === 'error') && !reasons.has(one.message)))
  if (list.length === 0) return []
  const head = severity === 'error' ? `> [!CAUTION]\n> **Refused: ${totals(list)}.**` : '> [!NOTE]'
  return framed(problems(list), (body) => [head, ...body.split('\n').map((line) => `> ${line}`)].join('\n'))
}

function standoffs(list: readonly Standoff[], title: string, meaning: string): Section {
  const items = list.map((one) => () => standoffItem(one))
  const section = shortening(items, '\n', (rest) => `- … and ${number(rest)} more`)
  return list.length === 0 ? [] : framed(section, (body) => `#### ${title} · ${number(list.length)}\n\n${meaning}\n\n${body}`)
}

const SIDE = 200

function standoffItem(standoff: Standoff): string {
  const ref = `${standoff.kind}/${standoff.id}`
  const side = (text: string | null): string => (text === null || text === '' ? 'none' : code(clip(text, SIDE)))
  const last = (text: string | null): string => (standoff.cause === 'conflict' ? `, last applied ${side(text)}` : '')
  const gone = absence(standoff)
  const facts = gone === null ? sidesOf(standoff).map(({ field, file, live, ledger }) => `${code(field)}: file ${side(file)}, live ${side(live)}${last(ledger)}`) : [gone]
  const ways = [`${code(`herdbook adopt ${ref}`)} live wins`, `${code(`herdbook restore ${ref}`)} the files win`]
  return `- **${code(readable(ref))}**<br>${[...facts, ...ways].join('<br>')}`
}

function waiting(plan: Plan, kinds: readonly KindName[]): Section {
  if (plan.waiting.length === 0) return []
  const items = plan.waiting.map(({ kind, id, reason }) => () => `- ${titleOf(kind, kinds).one} ${code(readable(id))}: ${prose(readable(reason))}`)
  return framed(shortening(items, '\n', (rest) => `- … and ${number(rest)} more`), (body) => `#### Waiting, and holding nothing else back\n\n${body}`)
}

function unread(plan: Plan, kinds: readonly KindName[]): Section {
  const missing = plan.reads.filter((read) => !read.complete)
  if (missing.length === 0) return []
  const items = missing.map((read) => `> - **${titleOf(read.kind, kinds).many}**: ${prose(clip(inline(read.reason ?? 'no answer'), 500))}`)
  return [() => ['> [!WARNING]', '> **Not read, so nothing of these kinds is changed:**', ...items].join('\n')]
}

/** Objects that may not be named here have one id for all: they are counted. */
function byHand(plan: Plan, kinds: readonly KindName[]): Section {
  const added = plan.unmanaged.filter((one) => one.addedByHand)
  if (added.length === 0) return []
  const items = [...Map.groupBy(added, ({ kind, id }) => `${kind}/${id}`)].map(
    ([ref, all]) =>
      () =>
        all.length > 1 ? count(all.length, titleOf(all[0]?.kind ?? '', kinds).one, titleOf(all[0]?.kind ?? '', kinds).many) : code(readable(ref)),
  )
  const tail = `\n\n${code('herdbook adopt KIND/ID')} writes one into the files; until then it is left alone.`
  return framed(shortening(items, ', ', (rest) => `and ${number(rest)} more`), (body) => `#### Added by hand since the last apply\n\n${body}${tail}`)
}

function leftAlone(plan: Plan, kinds: readonly KindName[]): string {
  const rest = plan.unmanaged.filter((one) => !one.addedByHand)
  const released = plan.released.map((kind) => titleOf(kind, kinds).many)
  return [
    ...(rest.length > 0 ? [`Live, not in the files and left alone: ${counted(rest, kinds)}.`] : []),
    ...(released.length > 0 ? [`Not managed here: ${listed(released)}.`] : []),
  ].join(' ')
}

function footer(plan: Plan, command: string): string {
  const doors = doorsOf(plan.steps)
  const facts = [
    ...(doors.length > 0 ? [`Takes ${listed(doors)}`] : []),
    `${code(plan.domain)} (${prose(plan.environment)})`,
    ...(plan.commit === null ? [] : [`commit ${code(plan.commit.slice(0, 12))}`]),
    plan.ledger === null ? 'no ledger yet' : `ledger ${code(plan.ledger.slice(0, 12))}`,
    `plan ${code(plan.digest.slice(0, 16))}`,
    `again: ${code(command)}`,
  ]
  return `<sub>${facts.join(' · ')}</sub>`
}

/** Where even the shortest forms don't fit: what can't be undone by name, as far as it goes, those first who touch most people. */
function lastResort(plan: Plan, head: string, foot: string, limit: number): string {
  const grave = plan.steps.filter((step) => step.hazard === 'irreversible').toSorted(byDanger)
  const told = `**${capital(count(grave.length, "change can't", "changes can't"))} be undone**; too many to name them all here.`
  const errors = plan.findings.filter(({ severity }) => severity === 'error').length
  const refused = errors === 0 ? '' : `> [!CAUTION]\n> **Refused: ${count(errors, 'error', 'errors')}.**`
  const parts = [head, refused, told, foot].filter((part) => part !== '')
  const room = limit - size(parts.join('\n\n')) - 2 * parts.length - 20
  const names = namesWithin(grave, room)
  return (names.length === 0 ? parts : [...parts.slice(0, -1), fence(names, ''), foot]).join('\n\n')
}

/** Names by their common ending, `a b c .example`, a line an ending, for as long as there is room. */
function namesWithin(steps: readonly Step[], room: number): string[] {
  const ending = (name: string): string => /^[^.]+(\..+)$/.exec(name)?.[1] ?? ''
  const rows = new Map<string, string[]>()
  let left = room
  for (const step of steps) {
    const name = inline(step.id).replaceAll('`', "'")
    const common = ending(name)
    const short = name.slice(0, name.length - common.length)
    left -= size(short) + 1 + (rows.has(common) ? 0 : size(common) + 2)
    if (left < 0) break
    const row = rows.get(common)
    if (row) row.push(short)
    else rows.set(common, [short])
  }
  return [...rows].map(([common, names]) => [...names, common].join(' '))
}
