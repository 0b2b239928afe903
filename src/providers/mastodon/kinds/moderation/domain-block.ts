import { claimOf } from '../../../../reconcile/claims.ts'
import { normalizeDomain, parentsOf } from '../../../../instance/domains.ts'
import type { DomainBlock } from '../../../../instance/documents.ts'
import type { Rows, Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Draft } from '../../../../reconcile/kind.ts'
import type { Intent } from '../../../../reconcile/ledger/types.ts'
import type { Relations } from '../../../../instance/relations.ts'
import type { Fields, Value } from '../../../../reconcile/values.ts'
import type { Impact, Step } from '../../../../reconcile/plan/types.ts'
import { byText } from '../../../../reconcile/equal.ts'
import { changed, current, managed, rowsOf, send, setOf, text, word } from '../common.ts'
import { own } from '../../../../instance/get-own.ts'
import { STRENGTH } from '../../../../instance/severity.ts'
import { isAsStrict, underStricter } from './covering.ts'

const FILE = 'domain-blocks.yaml'
const SEVERITY = { suspend: 'suspend', limit: 'silence', silence: 'silence', none: 'noop', noop: 'noop' } as const
const FLAGS = ['reject_media', 'reject_reports'] as const

/** Under a suspension the flags mean nothing, and Mastodon keeps them as given: they count as what another says of the same block. */
function aligned(block: Fields, other: Fields | undefined): Fields {
  if (block['severity'] !== 'suspend' || other === undefined) return block
  return { ...block, ...managed(Object.fromEntries(FLAGS.map((flag) => [flag, other[flag]]))) }
}

/** What the files say of a flag. What a suspension says nothing of stays as the server has it, for whoever lowers it one day. */
const flagOf = (block: DomainBlock, flag: (typeof FLAGS)[number]): boolean | undefined =>
  block[flag] ?? (SEVERITY[block.severity] === 'suspend' ? undefined : false)

const fieldsOf = (block: DomainBlock): Fields =>
  managed({
    severity: SEVERITY[block.severity],
    reject_media: flagOf(block, 'reject_media'),
    reject_reports: flagOf(block, 'reject_reports'),
    obfuscate: block.obfuscate ?? false,
    public_comment: text(block.public_comment),
    private_comment: block.private_comment === undefined ? undefined : text(block.private_comment),
  })

const liveFields = (row: Rows['domain_blocks']): Fields => ({
  severity: row.severity,
  reject_media: row.reject_media,
  reject_reports: row.reject_reports,
  obfuscate: row.obfuscate,
  public_comment: text(row.public_comment),
  private_comment: text(row.private_comment),
})

const domainOf = (written: string): string => {
  const name = normalizeDomain(written)
  return 'domain' in name ? name.domain : written
}

const strength = (severity: Value | undefined): number => own(STRENGTH, word(severity)) ?? -1
const raised = (step: Pick<Draft, 'changes' | 'seen'>): Value | undefined => {
  const change = step.changes.find((c) => c.field === 'severity')
  return change && strength(change.after) > strength(change.before) ? change.after : undefined
}

/** Rows by domain, indexed once for a table. */
function indexed<Row extends { readonly domain: string }>(): (rows: readonly Row[]) => ReadonlyMap<string, Row> {
  const indexes = new WeakMap<readonly Row[], ReadonlyMap<string, Row>>()
  return (rows) => {
    const index = indexes.get(rows) ?? new Map(rows.map((row) => [row.domain, row]))
    indexes.set(rows, index)
    return index
  }
}

const measured = indexed<Rows['impact']>()
const blocked = indexed<Rows['domain_blocks']>()

/** Whether a new block is weaker than the one above it that held until now: it exempts the domain from that. */
function exempts({ id, changes }: Draft, rows: readonly Rows['domain_blocks'][]): boolean {
  const live = blocked(rows)
  const above = parentsOf(id).flatMap((parent) => live.get(parent) ?? [])[0]
  if (above === undefined) return false
  return !isAsStrict(Object.fromEntries(changes.map(({ field, after }) => [field, after])), liveFields(above))
}

/** A block that neither limits nor refuses anything protects from nothing. */
const isIdle = (block: Fields): boolean => block['severity'] === 'noop' && FLAGS.every((flag) => block[flag] !== true)

/** Whether a block that is there becomes weaker. */
const lowers = ({ changes, target }: Pick<Draft, 'changes' | 'target'>): boolean =>
  changes.some(({ field, before, after }) =>
    field === 'severity'
      ? strength(after) < strength(before)
      : target['severity'] !== 'suspend' && FLAGS.some((flag) => flag === field) && before === true && after === false,
  )

const labels = (domain: string): number => domain.split('.').length

function writeOf(step: Step): Write {
  const { reject_media: _media, reject_reports: _reports, ...rest } = step.seen
  const expect = step.seen['severity'] === 'suspend' ? rest : step.seen
  const base = { table: 'domain_blocks', serverId: step.serverId, name: step.id, expect } as const
  const consent = step.hazard === 'irreversible' ? { consent: step.consent ?? 0 } : {}
  if (step.action === 'delete') return { ...base, action: 'delete', set: {} }
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: step.target, ...consent }
  // The flags slept under the suspension as somebody left them: say them anew when it ends.
  const flags =
    step.seen['severity'] === 'suspend' && changed(step, 'severity')
      ? Object.fromEntries(FLAGS.map((flag) => [flag, step.target[flag] ?? false]))
      : {}
  return { ...base, action: 'update', set: { ...flags, ...setOf(step) }, ...consent }
}

const EFFECTS: { readonly [severity: string]: string } = {
  suspend: 'the suspension of',
  silence: 'the limit on',
  noop: 'the end of what limited',
}

/** What a step's worker is owed for: only fields that do something to accounts and their media. A delete does its work with the row, and over REST the server sees to it. */
function owed({ kind, id, action, hazard, changes, connection }: Step): Intent | null {
  if (connection !== 'console') return null
  const fields = Object.fromEntries(
    Object.entries(setOf({ changes })).filter(([field]) => field === 'severity' || field === 'reject_media'),
  )
  if (action === 'delete' || Object.keys(fields).length === 0) return null
  return {
    kind,
    id,
    action,
    fields,
    hazard,
    what: `${own(EFFECTS, word(fields['severity'])) ?? 'what is done to media from'} ${id}`,
    repeatable: true,
  }
}

const UNTOUCHED = { domain: '', follows: 0, followers: 0, accounts: 0 }

/** What a block does to the follow relations with a domain: a suspension ends them, a limit hides them. */
function impactOf(relations: Relations, to: 'suspend' | 'silence'): Impact {
  const { follows, followers } = relations
  const counted = `${follows + followers} follow relations`
  const each = `(${follows} follows, ${followers} followers)`
  return {
    text: to === 'suspend' ? `severs ${counted} for good ${each}` : `hides ${counted} ${each}`,
    weight: follows + followers,
    details: { ...relations },
  }
}

export const domainBlock: MastodonKind = {
  name: 'domain-block',
  provider: 'mastodon',
  title: { one: 'domain block', many: 'domain blocks' },
  sources: [FILE],
  drift: 'report',
  tables: ['domain_blocks'],
  writes: ['rest', 'console'],
  absence: { is: 'delete' },
  bound: [['severity', ...FLAGS]],
  claims: (instance, now) => {
    const blocks = instance.documents[FILE]?.domain_blocks
    if (!blocks) return claimOf(FILE, undefined)
    const objects = current(blocks, now, (block, i) => ({
      id: domainOf(block.domain),
      fields: fieldsOf(block),
      source: { file: FILE, path: ['domain_blocks', i] },
      ...(block.accept_severed_relationships === undefined ? {} : { consent: block.accept_severed_relationships }),
    }))
    return claimOf(FILE, objects)
  },
  measure: (objects) =>
    objects.flatMap(({ id, fields }) => {
      const severity = fields['severity']
      return severity === 'suspend' || severity === 'silence' ? [{ domain: id, severity }] : []
    }),
  read: (tables, { desired }) => {
    const wanted = new Map(desired.map(({ id, fields }) => [id, fields]))
    return {
      objects: rowsOf(tables.domain_blocks).map((row) => ({
        id: row.domain,
        serverId: row.id,
        fields: aligned(liveFields(row), wanted.get(row.domain)),
        createdAt: row.created_at,
      })),
    }
  },
  remembered: (fields, _instance, live) => (live['severity'] === 'suspend' ? aligned(fields, live) : fields),
  // The console asks nobody: there it is done as it is meant.
  obstacle: (step, connection, others) =>
    step.action === 'create' && connection === 'rest' ? underStricter(step, others) : undefined,
  hazard: (step) => {
    const to = raised(step)
    if (to === 'suspend') return 'irreversible'
    const clearsMedia = step.changes.some((change) => change.field === 'reject_media' && change.after === true)
    return to === 'silence' || clearsMedia || step.action !== 'create' ? 'disruptive' : 'reversible'
  },
  weakens: (step, tables) =>
    (step.action === 'delete' && !isIdle(step.seen)) ||
    (step.action === 'create' &&
      tables.domain_blocks.state !== 'unknown' &&
      exempts(step, tables.domain_blocks.rows)) ||
    lowers(step),
  impact: (step, tables) => {
    const to = raised(step)
    if (to !== 'suspend' && to !== 'silence') return undefined
    if (tables.impact.state === 'unknown') return { unmeasured: tables.impact.reason.message }
    const { domain: _domain, ...relations } = measured(tables.impact.rows).get(step.id) ?? UNTOUCHED
    return impactOf(relations, to)
  },
  consent: {
    key: 'accept_severed_relationships',
    unit: 'follow relations',
    needed: (step, impact) => raised(step) === 'suspend' && impact.weight > 0,
    usedBy: 'suspension',
    uncounted:
      'Where nothing can count them, give the database connection, or a token that may read measures (admin:read, view_dashboard).',
  },
  note: (step) => {
    if (step.action === 'delete')
      return step.seen['severity'] === 'suspend'
        ? 'The follows and posts that the suspension removed do not come back.'
        : undefined
    if (step.action !== 'update' || changed(step, 'severity') || step.seen['severity'] === 'noop') return undefined
    return 'Mastodon applies the block again: accounts that moderators exempted by hand are limited again.'
  },
  // Over REST a child may not be weaker than a parent that is there: what is lowered makes room first, then children before parents.
  order: (a, b) => Number(lowers(b)) - Number(lowers(a)) || labels(b.id) - labels(a.id) || byText(a.id, b.id),
  // A parent that comes although its exempted child could not be made would take the child along.
  before: (step) => (step.action === 'delete' ? [] : parentsOf(step.id).map((parent) => `${step.kind}/${parent}`)),
  together: (a, b) => a.connection === 'console' && a.action === 'create' && b.action === 'create',
  intent: owed,
  owedIn: "Mastodon's Sidekiq",
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
