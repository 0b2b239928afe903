import { type BlockSeverity, type ListedBlock, severityOf, STRENGTH } from './csv.ts'
import type { DomainBlock, Raise } from './documents.ts'
import { isPublicSuffix, normalizeDomain, parentsOf } from './domains.ts'
import type { ObjectChange } from './edit/objects.ts'

export interface MergeOptions {
  /** Where the list comes from: a link is kept as `reported_in`, anything else in the private comment of new blocks. */
  readonly source: string
  /** What the policy lets one apply do to domain blocks. */
  readonly budget: { readonly create: number; readonly update: number }
  /** Until when a raised budget should hold. */
  readonly until: string
  /** Why a domain may not be blocked here, such as one that the policy protects. */
  readonly refuse?: (domain: string) => string | undefined
}

export interface Skipped {
  readonly domain: string
  readonly line: number
  readonly why: string
}

/** What a list would change. */
export interface Merge {
  readonly adds: readonly ListedBlock[]
  readonly raises: readonly { readonly block: ListedBlock; readonly from: BlockSeverity }[]
  readonly skips: readonly Skipped[]
  readonly changes: readonly ObjectChange[]
  /** The entry of `raises` in policy.yaml without which the plan would be refused. */
  readonly raise?: Raise
}

/** What a block does, as far as one can be stricter than another. */
type Strictness = Pick<ListedBlock, 'severity' | 'reject_media' | 'reject_reports'> & Pick<DomainBlock, 'reported_in'>

const FLAGS = ['reject_media', 'reject_reports'] as const

function strictness(block: DomainBlock): Strictness {
  return {
    severity: severityOf(block.severity) ?? 'noop',
    reject_media: block.reject_media ?? false,
    reject_reports: block.reject_reports ?? false,
    ...(block.reported_in === undefined ? {} : { reported_in: block.reported_in }),
  }
}

/** A suspension refuses media and reports anyway. */
const has = (block: Strictness, flag: (typeof FLAGS)[number]): boolean => block.severity === 'suspend' || block[flag]

const asStrict = (a: Strictness, b: Strictness): boolean =>
  STRENGTH[a.severity] >= STRENGTH[b.severity] && FLAGS.every((flag) => has(a, flag) || !has(b, flag))

/** Merges a list into the blocks that are there. It adds and raises; it never lowers a block, nor removes one. */
export function mergeBlockList(existing: readonly DomainBlock[], entries: readonly ListedBlock[], options: MergeOptions): Merge {
  const known = new Map(
    existing.flatMap((block): [string, Strictness][] => {
      const name = normalizeDomain(block.domain)
      return 'domain' in name ? [[name.domain, strictness(block)]] : []
    }),
  )
  const adds: ListedBlock[] = []
  const raises: { block: ListedBlock; from: BlockSeverity }[] = []
  const skips: Skipped[] = []
  const changes: ObjectChange[] = []
  // Parents first, so that what a new block covers needs none of its own.
  for (const entry of entries.toSorted((a, b) => parentsOf(a.domain).length - parentsOf(b.domain).length || a.line - b.line)) {
    const there = known.get(entry.domain)
    const why = options.refuse?.(entry.domain) ?? reasonToSkip(entry, there, known)
    if (why !== undefined) {
      skips.push({ domain: entry.domain, line: entry.line, why })
      continue
    }
    changes.push(there ? raised(entry, there, options) : added(entry, options))
    known.set(entry.domain, there ? stricter(entry, there) : entry)
    if (there) raises.push({ block: entry, from: there.severity })
    else adds.push(entry)
  }
  const raise = raiseFor(adds.length, raises.length, options)
  return { adds, raises, skips, changes, ...(raise ? { raise } : {}) }
}

function reasonToSkip(entry: ListedBlock, there: Strictness | undefined, known: ReadonlyMap<string, Strictness>): string | undefined {
  if (isPublicSuffix(entry.domain)) return 'people register names below it: it is no server'
  if (entry.severity === 'noop' && !entry.reject_media && !entry.reject_reports) return 'the list says that it need not be blocked'
  if (there) return asStrict(there, entry) ? 'blocked as strictly already' : undefined
  const cover = parentsOf(entry.domain).find((parent) => known.has(parent))
  const block = cover === undefined ? undefined : known.get(cover)
  return block && asStrict(block, entry) ? `covered by the block of ${cover}` : undefined
}

const stricter = (a: Strictness, b: Strictness): Strictness => ({
  severity: STRENGTH[a.severity] > STRENGTH[b.severity] ? a.severity : b.severity,
  reject_media: a.reject_media || b.reject_media,
  reject_reports: a.reject_reports || b.reject_reports,
})

const isLink = (source: string): boolean => /^https?:\/\/\S+$/.test(source)

function added({ domain, line: _line, ...fields }: ListedBlock, { source }: MergeOptions): ObjectChange {
  const note = fields.private_comment === undefined && !isLink(source) ? { private_comment: `Imported from ${source}` } : {}
  return { ref: `domain-block/${domain}`, fields: { ...fields, ...note }, ...(isLink(source) ? { extra: { reported_in: source } } : {}) }
}

/** Only what gets stricter: comments and everything else stay as the people here wrote them. */
function raised(entry: ListedBlock, there: Strictness, { source }: MergeOptions): ObjectChange {
  const { severity, ...flags } = stricter(entry, there)
  const on = Object.fromEntries(FLAGS.filter((flag) => flags[flag] && !there[flag]).map((flag) => [flag, true]))
  const fields = { ...(severity === there.severity ? {} : { severity }), ...(severity === 'suspend' ? {} : on) }
  return { ref: `domain-block/${entry.domain}`, fields, ...(isLink(source) && there.reported_in === undefined ? { extra: { reported_in: source } } : {}) }
}

function raiseFor(create: number, update: number, { budget, until, source }: MergeOptions): Raise | undefined {
  const over = { ...(create > budget.create ? { create } : {}), ...(update > budget.update ? { update } : {}) }
  return Object.keys(over).length === 0 ? undefined : { kind: 'domain-block', ...over, until, reason: `Import of ${source}` }
}
