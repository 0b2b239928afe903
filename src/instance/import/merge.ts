import { parseDay } from '../dates.ts'
import type { DomainBlock, Raise } from '../documents.ts'
import { isPublicSuffix, normalizeDomain, parentsOf } from '../domains.ts'
import type { ObjectChange } from '../edit/objects.ts'
import { SEVERITY_WORDS, type BlockSeverity } from '../severity.ts'
import type { ListedBlock } from './read.ts'
import { asStrict, gained, stricter, strictnessOf, type Strictness } from './strictness.ts'
import { endDropped, SKIPPED, stricterParent } from './texts.ts'

export interface ListMergeOptions {
  /** Where the list comes from: a link is kept as `reported_in`, anything else in the private comment of new blocks. */
  readonly source: string
  /** What the policy lets one apply do to domain blocks. */
  readonly budget: { readonly create: number; readonly update: number }
  /** Until when a raised budget should hold. */
  readonly until: string
  readonly now: Date
  /** Why a domain may not be blocked here, such as one that the policy protects. */
  readonly refuse?: (domain: string) => string | undefined
  /** What new blocks say beside their fields, where somebody gave it. */
  readonly extra?: { readonly reported_in?: string; readonly until?: string }
}

/** What is told of a row, and where it stands. */
export interface Remark {
  readonly domain: string
  readonly line: number
  readonly why: string
}

/** What a list would change. */
export interface ListMerge {
  readonly adds: readonly ListedBlock[]
  readonly raises: readonly { readonly block: ListedBlock; readonly from: BlockSeverity }[]
  readonly skips: readonly (Remark & { readonly said: boolean })[]
  /** What becomes of a block besides what its row says. */
  readonly remarks: readonly Remark[]
  readonly changes: readonly ObjectChange[]
  /** The entry of `raises` in policy.yaml without which the plan would be refused. */
  readonly raise?: Raise
}

/** A block of the files. */
interface Known extends Strictness {
  readonly block?: DomainBlock
}

/** Merges a list into the blocks of the files. It adds and raises blocks, and never lowers or removes one. */
export function mergeBlockList(
  existing: readonly DomainBlock[],
  entries: readonly ListedBlock[],
  options: ListMergeOptions,
): ListMerge {
  const { known, ended } = byDomain(existing, options.now)
  const [adds, skips, remarks, changes]: [ListedBlock[], ListMerge['skips'][number][], Remark[], ObjectChange[]] = [
    [],
    [],
    [],
    [],
  ]
  const raises: { block: ListedBlock; from: BlockSeverity }[] = []
  // Parents first, so that what a new block covers needs none of its own.
  for (const entry of entries.toSorted(
    (a, b) => parentsOf(a.domain).length - parentsOf(b.domain).length || a.line - b.line,
  )) {
    const remark = (why: string): Remark => ({ domain: entry.domain, line: entry.line, why })
    const there = known.get(entry.domain)
    const skip = reasonToSkip(entry, there, known, options)
    if (skip !== undefined) {
      skips.push({ ...remark(skip.why), said: skip.said })
      continue
    }
    const wanted = there ? entry : asStrictAsAbove(entry, known)
    if (wanted !== entry)
      remarks.push(remark(stricterParent(aboveOf(entry.domain, known), SEVERITY_WORDS[wanted.severity])))
    if (there?.block?.until !== undefined) remarks.push(remark(endDropped(there.block.until)))
    changes.push(there ? raised(entry, there, options) : added(wanted, ended.get(entry.domain), options))
    known.set(entry.domain, there ? { ...stricter(entry, there) } : wanted)
    if (there) raises.push({ block: entry, from: there.severity })
    else adds.push(wanted)
  }
  const raise = raiseFor(adds.length, raises.length, options)
  return { adds, raises, skips, remarks, changes, ...(raise ? { raise } : {}) }
}

function byDomain(
  existing: readonly DomainBlock[],
  now: Date,
): { readonly known: Map<string, Known>; readonly ended: ReadonlyMap<string, DomainBlock> } {
  const [known, ended] = [new Map<string, Known>(), new Map<string, DomainBlock>()]
  for (const block of existing) {
    const name = normalizeDomain(block.domain)
    if (!('domain' in name)) continue
    const end = block.until === undefined ? undefined : parseDay(block.until)
    if (end !== undefined && end <= now) ended.set(name.domain, block)
    else known.set(name.domain, { ...strictnessOf(block), block })
  }
  return { known, ended }
}

type Skip = Pick<ListMerge['skips'][number], 'why' | 'said'>

function reasonToSkip(
  entry: ListedBlock,
  there: Known | undefined,
  known: ReadonlyMap<string, Known>,
  { refuse }: ListMergeOptions,
): Skip | undefined {
  const refusal = refuse?.(entry.domain)
  if (refusal !== undefined) return { why: refusal, said: false }
  if (isPublicSuffix(entry.domain)) return { why: SKIPPED.publicSuffix, said: false }
  if (entry.severity === 'noop' && !entry.reject_media && !entry.reject_reports)
    return { why: SKIPPED.notBlocked, said: false }
  if (there)
    return asStrict(there, entry)
      ? {
          why: SKIPPED.strictAlready(there.block?.until),
          said: true,
        }
      : undefined
  const cover = aboveOf(entry.domain, known)
  const block = cover === undefined ? undefined : known.get(cover)
  return block && asStrict(block, entry) ? { why: SKIPPED.covered(cover), said: true } : undefined
}

const aboveOf = (domain: string, known: ReadonlyMap<string, Known>): string | undefined =>
  parentsOf(domain).find((parent) => known.has(parent))

/** Mastodon goes by the nearest block, and takes none that is weaker than the one above. */
function asStrictAsAbove(entry: ListedBlock, known: ReadonlyMap<string, Known>): ListedBlock {
  const above = known.get(aboveOf(entry.domain, known) ?? '')
  return above === undefined || asStrict(entry, above) ? entry : { ...entry, ...stricter(entry, above) }
}

const isLink = (source: string): boolean => /^https?:\/\/\S+$/.test(source)

/** A new block, or one in the place of an entry that has ended: what people wrote there stays. */
function added(
  { domain, line: _line, ...fields }: ListedBlock,
  before: DomainBlock | undefined,
  { source, extra = {} }: ListMergeOptions,
): ObjectChange {
  const note =
    fields.private_comment === undefined && !isLink(source) ? { private_comment: `Imported from ${source}` } : {}
  const kept = (['public_comment', 'private_comment'] as const).flatMap((field) =>
    before?.[field] === undefined ? [] : [[field, before[field]]],
  )
  const link = extra.reported_in ?? before?.reported_in ?? (isLink(source) ? source : undefined)
  const end = extra.until ?? (before === undefined ? undefined : null)
  return {
    ref: `domain-block/${domain}`,
    fields: { ...fields, ...note, ...Object.fromEntries(kept) },
    extra: { ...(link === undefined ? {} : { reported_in: link }), ...(end === undefined ? {} : { until: end }) },
  }
}

/** Changes only what becomes stricter, and removes its end: comments and other fields stay. */
function raised(entry: ListedBlock, there: Known, { source, extra = {} }: ListMergeOptions): ObjectChange {
  const to = stricter(entry, there)
  const link =
    there.block?.reported_in === undefined ? (extra.reported_in ?? (isLink(source) ? source : undefined)) : undefined
  return {
    ref: `domain-block/${entry.domain}`,
    fields: { ...(to.severity === there.severity ? {} : { severity: to.severity }), ...gained(to, there) },
    extra: {
      ...(link === undefined ? {} : { reported_in: link }),
      ...(there.block?.until === undefined ? {} : { until: null }),
    },
  }
}

function raiseFor(create: number, update: number, { budget, until, source }: ListMergeOptions): Raise | undefined {
  const over = { ...(create > budget.create ? { create } : {}), ...(update > budget.update ? { update } : {}) }
  return Object.keys(over).length === 0
    ? undefined
    : { kind: 'domain-block', ...over, until, reason: `Import of ${source}` }
}
