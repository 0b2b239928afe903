import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { MastodonKind } from '../../src/providers/mastodon/kind.ts'
import { KINDS } from '../../src/providers/mastodon/kinds/index.ts'
import { leftOut } from './recorded.ts'

// The embedded Mastodon is not made from the table of fields: it knows what real servers answered. So each field of
// each kind must be in that.

/** Something that a real server was asked, with what it was told and what it answered, and that is replayed. */
interface Recorded {
  readonly about: string
  readonly told: string
  readonly answered: string
}

interface Entry {
  readonly name: string
  readonly expression?: string
  readonly answer?: unknown
  readonly after?: unknown
  readonly request?: { readonly method: string; readonly path: string; readonly body?: unknown; readonly text?: string }
  readonly response?: unknown
  readonly steps?: readonly Entry[]
}

const NEWEST = '4.6.5'
const FOLDER = new URL(`recorded/${NEWEST}/`, import.meta.url)

const recordedOf = ({ expression = '', answer, after, request, response, steps = [] }: Entry): Recorded[] => [
  {
    about: `${expression} ${request?.path ?? ''}`,
    told: [expression, request?.method, request?.path, JSON.stringify(request?.body), request?.text].join(' '),
    answered: `${expression} ${JSON.stringify([answer, after, response])}`,
  },
  ...steps.flatMap(recordedOf),
]

/** The entries of a file, which is a list of them or holds one. */
function entriesIn(file: string): readonly Entry[] {
  const held: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))
  const lists = Array.isArray(held) ? [held] : Object.values(held as object).filter((one) => Array.isArray(one))
  const skipped = leftOut.flatMap(({ file: of, step, skips }) =>
    `${of}.json` === file && skips === 'step' ? [step] : [],
  )
  return (lists.flat() as readonly Entry[]).filter(({ name }) => !skipped.includes(name))
}

const ALL = readdirSync(FOLDER)
  .filter((file) => file !== 'columns.json')
  .flatMap((file) => entriesIn(file).flatMap(recordedOf))

/** Rails' name of the model of a table: `user_roles` is `UserRole`. */
const modelOf = (table: string): string =>
  table.replace(/s$/, '').replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Where Mastodon has another name for a field. */
const NAMES: { readonly [field: string]: string } = {
  // The API is told for how long.
  'ip-block/expires_at': '(?:expires_at|expires_in)',
  'role/permissions': 'permissions(?:_as_keys)?',
  'rule/translations': 'translations(?:_attributes)?',
  'rule-order/order': 'priority',
  // A setting's own name is the field.
  'setting/value': '(?:value|noindex)',
  'announcement/notified': 'notification_sent_at',
  'terms-of-service/notified': 'notification_sent_at',
}

/** What a person presses to write a field that no form holds. */
const PRESSED: { readonly [field: string]: RegExp } = { 'announcement/notified': /POST .*\/distribution\b/ }

const isAbout = ({ tables }: MastodonKind): RegExp => {
  const names = tables.flatMap(({ grants }) => grants.map(({ table }) => table))
  return new RegExp(
    names.map((name) => `/${name}\\b|\\b${modelOf(name)}|\\b${modelOf(name).toLowerCase()}\\b`).join('|'),
  )
}

/** The fields of a kind; where it has none, the name is all that it holds. */
const fieldsOf = ({ fields, shape }: MastodonKind): readonly string[] =>
  fields.length === 0 && shape.form === 'list'
    ? [shape.name]
    : fields.flatMap(({ name, inFilesOnly }) => (inFilesOnly ? [] : [name]))

describe.each(KINDS)('each field of the kind $name was written to and read from a real Mastodon', (kind) => {
  const about = ALL.filter((one) => isAbout(kind).test(one.about))
  test.each(fieldsOf(kind))('%s', (field) => {
    const name = NAMES[`${kind.name}/${field}`] ?? field
    const told = PRESSED[`${kind.name}/${field}`] ?? new RegExp(`\\b${name}(?:"?: | = |":|=)`)
    const answered = new RegExp(`"${name}"|\\.${name}\\b`)
    expect([about.some((one) => told.test(one.told)), about.some((one) => answered.test(one.answered))]).toEqual([
      true,
      true,
    ])
  })
})
