import { claimOf } from '../../../../reconcile/claims.ts'
import { parentsOf } from '../../../../instance/domains.ts'
import { byName } from '../../../../instance/edit/shapes.ts'
import type { Field } from '../../../../instance/field.ts'
import type { DomainBlock } from '../../../../instance/documents.ts'
import { flag, id, maybe, one, table, text as string, time, type RowOf } from '../../table.ts'
import { rowsKnown, type Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { DraftStep } from '../../../../reconcile/kind.ts'
import type { Intent } from '../../../../reconcile/ledger/types.ts'
import type { Fields, Value } from '../../../../instance/values.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { byText } from '../../../../reconcile/equal.ts'
import { changed, current, managed, rowsOf, send, setOf, text, word } from '../common.ts'
import { own } from '../../../../instance/get-own.ts'
import { SEVERITY_WORDS, STRENGTH } from '../../../../instance/severity.ts'
import { domainOf, readableDomain, typedDomain } from '../domain-names.ts'
import { byDomain } from './by-domain.ts'
import { isAsStrict, underStricter } from './covering.ts'
import { IMPACT, impactIn } from './impact.ts'
import { fileRules } from './file-rules.ts'
import {
  APPLIES_AGAIN,
  CANNOT_COUNT,
  DOES_NOT_COME_BACK,
  DOMAIN_BLOCK,
  DOMAIN_BLOCK_WORDS,
  effectOf,
  FOLLOW_RELATIONS,
  SUSPENSION,
} from './texts.ts'
import { SIDEKIQ } from '../texts.ts'

const FILE = 'domain-blocks.yaml'
const SEVERITY = { suspend: 'suspend', limit: 'silence', silence: 'silence', none: 'noop', noop: 'noop' } as const
const FLAGS = ['reject_media', 'reject_reports'] as const

export const DOMAIN_BLOCKS = table(
  'domain_blocks',
  'domain blocks',
  new URL('read.sql', import.meta.url),
  {
    id,
    domain: string,
    severity: one('noop', 'silence', 'suspend'),
    reject_media: flag,
    reject_reports: flag,
    private_comment: maybe(string),
    public_comment: maybe(string),
    obfuscate: flag,
    created_at: time,
  },
  {
    api: {
      scope: 'admin:read:domain_blocks',
      permission: 'manage_federation',
      bit: 32n,
      list: {
        limit: 500,
        name: 'domain',
        fields: ['severity', 'reject_media', 'reject_reports', 'private_comment', 'public_comment', 'obfuscate'],
      },
    },
  },
)
type Row = RowOf<typeof DOMAIN_BLOCKS>

const FIELDS: readonly Field[] = [
  { name: 'severity', form: 'word', required: true, main: true, words: SEVERITY_WORDS },
  { name: 'reject_media', form: 'flag' },
  { name: 'reject_reports', form: 'flag' },
  { name: 'obfuscate', form: 'flag' },
  { name: 'public_comment', form: 'text' },
  { name: 'private_comment', form: 'text', optional: true, onRequest: true, private: 'private_comments' },
  { name: 'until', form: 'moment', inFilesOnly: true },
]

/** Ignores the flags of a suspension, where they have no effect: they count as the other side's. */
function aligned(block: Fields, other: Fields | undefined): Fields {
  if (block['severity'] !== 'suspend' || other === undefined) return block
  return { ...block, ...managed(Object.fromEntries(FLAGS.map((flag) => [flag, other[flag]]))) }
}

/** Reads a flag from the files. A suspension without it leaves the server's flag for the day when it is lowered. */
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

const liveFields = (row: Row): Fields => ({
  severity: row.severity,
  reject_media: row.reject_media,
  reject_reports: row.reject_reports,
  obfuscate: row.obfuscate,
  public_comment: text(row.public_comment),
  private_comment: text(row.private_comment),
})

const strength = (severity: Value | undefined): number => own(STRENGTH, word(severity)) ?? -1
const raised = (step: Pick<DraftStep, 'changes' | 'seen'>): Value | undefined => {
  const change = step.changes.find((c) => c.field === 'severity')
  return change && strength(change.after) > strength(change.before) ? change.after : undefined
}

const blocked = byDomain<Row>()

/** Whether a new block is weaker than the parent's block, and so exempts the domain from it. */
function exempts({ id, changes }: DraftStep, rows: readonly Row[]): boolean {
  const live = blocked(rows)
  const above = parentsOf(id).flatMap((parent) => live.get(parent) ?? [])[0]
  if (above === undefined) return false
  return !isAsStrict(Object.fromEntries(changes.map(({ field, after }) => [field, after])), liveFields(above))
}

/** Whether a block neither limits nor refuses anything, so that it protects from nothing. */
const isIdle = (block: Fields): boolean => block['severity'] === 'noop' && FLAGS.every((flag) => block[flag] !== true)

/** Whether an existing block becomes weaker. */
const lowers = ({ changes, target }: Pick<DraftStep, 'changes' | 'target'>): boolean =>
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
  if (step.action === 'create')
    return { ...base, action: 'create', expect: {}, set: step.target, ...consent, batch: 'new domain blocks' }
  // Flags had no effect under the suspension and may be old: set them again when it ends.
  const flags =
    step.seen['severity'] === 'suspend' && changed(step, 'severity')
      ? Object.fromEntries(FLAGS.map((flag) => [flag, step.target[flag] ?? false]))
      : {}
  return { ...base, action: 'update', set: { ...flags, ...setOf(step) }, ...consent }
}

/**
 * Records the effect that a console write owes: only severity and media affect accounts.
 * A delete has its effect with the row. Over REST, Mastodon queues the worker itself.
 */
function owed({ kind, id, action, hazard, changes, connection }: Step): readonly Intent[] {
  if (connection !== 'console') return []
  const fields = Object.fromEntries(
    Object.entries(setOf({ changes })).filter(([field]) => field === 'severity' || field === 'reject_media'),
  )
  if (action === 'delete' || Object.keys(fields).length === 0) return []
  const what = effectOf({ severity: word(fields['severity']), domain: id })
  return [{ kind, id, action, fields, hazard, what, repeatable: true }]
}

export const domainBlock: MastodonKind = {
  name: 'domain-block',
  provider: 'mastodon',
  title: DOMAIN_BLOCK,
  sources: [FILE],
  drift: 'report',
  tables: [DOMAIN_BLOCKS],
  program: new URL('write.rb', import.meta.url),
  measured: IMPACT,
  writes: ['rest', 'console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'domain_blocks',
    name: 'domain',
    normal: domainOf,
    display: readableDomain,
    fields: FIELDS,
    outdated: ({ severity = 'suspend' }) => (severity === 'suspend' ? [] : ['accept_severed_relationships']),
    sort: byName('domain'),
  },
  words: DOMAIN_BLOCK_WORDS,
  fileRules,
  identify: typedDomain,
  adopt: { whenEmpty: true },
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
  unmeasured: (wanted, tables) => {
    const live = new Map(rowsKnown(tables, DOMAIN_BLOCKS).map((block) => [block.domain, STRENGTH[block.severity]]))
    return wanted.filter(({ domain, severity }) => STRENGTH[severity] > (live.get(domain) ?? 0))
  },
  read: (tables, { desired }) => {
    const wanted = new Map(desired.map(({ id, fields }) => [id, fields]))
    return {
      objects: rowsOf(tables, DOMAIN_BLOCKS).map((row) => ({
        id: row.domain,
        serverId: row.id,
        fields: aligned(liveFields(row), wanted.get(row.domain)),
        createdAt: row.created_at,
      })),
    }
  },
  remembered: (fields, _instance, live) => (live['severity'] === 'suspend' ? aligned(fields, live) : fields),
  // The console has no such check, so nothing stops it there.
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
    (step.action === 'create' && exempts(step, rowsKnown(tables, DOMAIN_BLOCKS))) ||
    lowers(step),
  impact: (step, tables) => {
    const to = raised(step)
    if (to !== 'suspend' && to !== 'silence') return undefined
    return impactIn(tables, step.id, to)
  },
  consent: {
    key: 'accept_severed_relationships',
    unit: FOLLOW_RELATIONS,
    needed: (step, impact) => raised(step) === 'suspend' && impact.weight > 0,
    usedBy: SUSPENSION,
    uncounted: CANNOT_COUNT,
  },
  note: (step) => {
    if (step.action === 'delete') return step.seen['severity'] === 'suspend' ? DOES_NOT_COME_BACK : undefined
    if (step.action !== 'update' || changed(step, 'severity') || step.seen['severity'] === 'noop') return undefined
    return APPLIES_AGAIN
  },
  // Over REST a new child may not be weaker than its parent: lowered blocks first, then children before parents.
  order: (a, b) => Number(lowers(b)) - Number(lowers(a)) || labels(b.id) - labels(a.id) || byText(a.id, b.id),
  // If an exempted child fails, its parent must not go out: it would block the child too.
  before: (step) => (step.action === 'delete' ? [] : parentsOf(step.id).map((parent) => `${step.kind}/${parent}`)),
  together: (a, b) => a.connection === 'console' && a.action === 'create' && b.action === 'create',
  intents: owed,
  owedIn: SIDEKIQ,
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
