import { claimOf } from '../../../../reconcile/claims.ts'
import { normalizeAddress } from '../../../../instance/addresses.ts'
import { byName } from '../../../../instance/edit/shapes.ts'
import type { Field } from '../../../../instance/field.ts'
import { id, maybe, one, table, text as string, time } from '../../table.ts'
import type { Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import type { Value } from '../../../../instance/values.ts'
import { equal } from '../../../../reconcile/equal.ts'
import { current, managed, rowsOf, send, setOf, text, untilTime, word } from '../common.ts'
import { own } from '../../../../instance/get-own.ts'
import { fileRules } from './file-rules.ts'
import { ALSO_IP_BLOCKS, IP_BLOCK, IP_BLOCK_WORDS } from './texts.ts'

const FILE = 'ip-blocks.yaml'
const MINUTE = 60_000
const STRENGTH: { readonly [severity: string]: number } = {
  sign_up_requires_approval: 0,
  sign_up_block: 1,
  no_access: 2,
}

export const IP_BLOCKS = table(
  'ip_blocks',
  'IP blocks',
  new URL('read.sql', import.meta.url),
  {
    id,
    /** With the length of its prefix. */
    ip: string,
    severity: one('sign_up_requires_approval', 'sign_up_block', 'no_access'),
    comment: string,
    created_at: time,
    expires_at: maybe(time),
  },
  {
    api: {
      scope: 'admin:read:ip_blocks',
      permission: 'manage_blocks',
      bit: 128n,
      list: { limit: 200, name: 'ip', fields: ['severity', 'comment', 'expires_at'] },
    },
  },
)

const FIELDS: readonly Field[] = [
  { name: 'severity', form: 'word', required: true, main: true },
  { name: 'comment', form: 'text', optional: true, private: 'ip_blocks' },
  { name: 'expires_at', key: 'until', form: 'moment' },
]

const addressOf = (written: string): string => {
  const ip = normalizeAddress(written)
  return 'address' in ip ? ip.address : written
}

/** An address without the length of a prefix that holds all of it. */
const shortAddress = (id: string): string => id.replace(/^([\d.]+)\/32$/, '$1').replace(/^([\da-f:.]+)\/128$/i, '$1')

function writeOf(step: Step): Write {
  const base = { table: 'ip_blocks', serverId: step.serverId, name: step.id } as const
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: step.target }
  return { ...base, action: step.action, expect: step.seen, set: setOf(step) }
}

/** Compares values. Mastodon counts an expiry from the moment of writing, so it is equal within a minute. */
function same(field: string, a: Value, b: Value): boolean {
  if (field !== 'expires_at' || typeof a !== 'string' || typeof b !== 'string') return equal(a, b)
  return Math.abs(Date.parse(a) - Date.parse(b)) < MINUTE
}

const strength = (severity: Value): number => own(STRENGTH, word(severity)) ?? 0
/** Returns when a block ends; Infinity if it never does. */
const end = (expiry: Value): number => (typeof expiry === 'string' ? Date.parse(expiry) : Infinity)

export const ipBlock: MastodonKind = {
  name: 'ip-block',
  provider: 'mastodon',
  title: IP_BLOCK,
  sources: [FILE],
  drift: 'report',
  tables: [IP_BLOCKS],
  program: new URL('write.rb', import.meta.url),
  writes: ['rest', 'console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'ip_blocks',
    name: 'ip',
    normal: addressOf,
    display: shortAddress,
    fields: FIELDS,
    sort: byName('ip'),
  },
  words: IP_BLOCK_WORDS,
  fileRules,
  private: 'ip_blocks',
  identify: addressOf,
  adopt: { onRequest: ALSO_IP_BLOCKS, whenEmpty: true },
  bound: [['severity', 'expires_at']],
  claims: (instance, now) => {
    const blocks = instance.documents[FILE]?.ip_blocks
    if (!blocks) return claimOf(FILE, undefined)
    const objects = current(blocks, now, (block, i) => ({
      id: addressOf(block.ip),
      fields: managed({
        severity: block.severity,
        comment: block.comment === undefined ? undefined : text(block.comment),
        expires_at: block.until === undefined ? null : new Date(untilTime(block.until)).toISOString(),
      }),
      source: { file: FILE, path: ['ip_blocks', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables, { desired, now }) => {
    const wanted = new Set(desired.map((object) => object.id))
    const ended = (at: string | null): boolean => at !== null && Date.parse(at) <= now.getTime()
    // An expired block has no effect, although its row still exists.
    const rows = rowsOf(tables, IP_BLOCKS).filter((row) => wanted.has(row.ip) || !ended(row.expires_at))
    return {
      objects: rows.map((row) => ({
        id: row.ip,
        serverId: row.id,
        fields: { severity: row.severity, comment: text(row.comment), expires_at: row.expires_at },
        createdAt: row.created_at,
      })),
    }
  },
  same,
  hazard: (step) => (step.changes.some((change) => change.after === 'no_access') ? 'disruptive' : 'reversible'),
  weakens: (step) =>
    step.action === 'delete' ||
    (step.action === 'update' &&
      step.changes.some(
        ({ field, before, after }) =>
          (field === 'severity' && strength(after) < strength(before)) ||
          (field === 'expires_at' && end(after) < end(before)),
      )),
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
