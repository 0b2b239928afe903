import fc from 'fast-check'
import type { Fields } from '../../src/instance/values.ts'
import type { Server } from './memory-server.ts'
import { newId, plainRows, rulesInOrder, stamp } from './memory-server.ts'
import { PLAIN, unset, wantedOf, type PlainKind } from './plain-kinds.ts'
import { DOMAINS, PEOPLE } from './generate.ts'

/** One thing that a moderator does by hand in the web interface, as data. */
export type Hand =
  | {
      readonly does: 'block'
      readonly domain: string
      readonly severity: 'noop' | 'silence' | 'suspend'
      readonly media: boolean
    }
  | { readonly does: 'comment'; readonly domain: string; readonly text: string }
  | { readonly does: 'lift'; readonly domain: string }
  /** A row of a plain kind: made or changed, or removed. */
  | { readonly does: 'plain'; readonly kind: string; readonly id: string; readonly fields: Fields | null }
  | { readonly does: 'role'; readonly name: string; readonly position: number }
  | { readonly does: 'grant'; readonly account: string; readonly role: string | null }
  | { readonly does: 'rule'; readonly nth: number; readonly text: string | null }
  | { readonly does: 'announce'; readonly nth: number; readonly text: string | null; readonly gone: boolean }
  | { readonly does: 'reorder' }
  | { readonly does: 'set'; readonly key: string; readonly value: string }
  | { readonly does: 'unset'; readonly key: string }

const domain = fc.constantFrom(...DOMAINS)
const as = <Does extends string>(does: Does) => fc.constant(does)

/** A row is added or changed as any entry of a file would say it, or removed. */
const plainAct = (plain: PlainKind): fc.Arbitrary<Hand> =>
  fc.constantFrom(...plain.names).chain((id): fc.Arbitrary<Hand> =>
    fc.record({
      does: as('plain'),
      kind: fc.constant(plain.kind),
      id: fc.constant(id),
      fields: fc.option<Fields>(plain.entry(id).map((entry) => wantedOf(plain, entry))),
    }),
  )

export const hand: fc.Arbitrary<Hand> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: as('block'),
      domain,
      severity: fc.constantFrom('noop' as const, 'silence' as const, 'suspend' as const),
      media: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: as('comment'), domain, text: fc.constantFrom('', 'by hand') }) },
  { weight: 1, arbitrary: fc.record({ does: as('lift'), domain }) },
  ...PLAIN.map((plain) => ({ weight: 2, arbitrary: plainAct(plain) })),
  {
    weight: 1,
    arbitrary: fc.record({
      does: as('role'),
      name: fc.constantFrom('Guide', 'Helper', 'Mentor', 'Moderator'),
      position: fc.integer({ min: 1, max: 200 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: as('grant'),
      account: fc.constantFrom(...PEOPLE.filter((name) => name !== 'ghost')),
      role: fc.constantFrom(null, 'Moderator', 'Guide', 'Admin'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: as('rule'), nth: fc.nat(5), text: fc.constantFrom(null, 'By hand.', 'Too.') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: as('announce'),
      nth: fc.nat(4),
      text: fc.constantFrom(null, 'By hand.', 'Too.'),
      gone: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: as('reorder') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: as('set'),
      key: fc.constantFrom('site_title', 'status_page_url', 'custom_css'),
      value: fc.constantFrom('', 'By hand'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: as('unset'), key: fc.constantFrom('site_title', 'trends', 'registrations_mode') }),
  },
)

export const hands = fc.array(hand, { maxLength: 6 })

/** Does it, where there is something to do it to. */
export function byHand(server: Server, act: Hand): void {
  const { rows } = server
  const at = stamp(server)
  const id = (): string => newId(server)
  switch (act.does) {
    case 'block': {
      const row = rows.domain_blocks.find((block) => block.domain === act.domain)
      if (row) Object.assign(row, { severity: act.severity, reject_media: act.media })
      else {
        const fresh = {
          reject_media: act.media,
          reject_reports: false,
          private_comment: 'by hand',
          public_comment: null,
          obfuscate: false,
          created_at: at,
        }
        rows.domain_blocks.push({ id: id(), domain: act.domain, severity: act.severity, ...fresh })
      }
      return
    }
    case 'comment':
      for (const row of rows.domain_blocks) if (row.domain === act.domain) row.public_comment = act.text
      return
    case 'lift':
      return remove(rows.domain_blocks, (row) => row.domain === act.domain)
    case 'plain':
      return changePlain(server, act)
    case 'role': {
      const row = rows.roles.find((role) => role.name === act.name)
      if (row) row.position = act.position
      else
        rows.roles.push({
          id: id(),
          name: act.name,
          color: '',
          position: act.position,
          permissions: '0',
          highlighted: false,
          require_2fa: false,
          collection_limit: 10,
          created_at: at,
        })
      return
    }
    case 'grant': {
      const role = rows.roles.find((one) => one.name === act.role)
      const account = rows.accounts.find((row) => row.username === act.account)
      if (account && (act.role === null || role)) account.role_id = role?.id ?? null
      return
    }
    case 'rule': {
      const row = rulesInOrder(server)[act.nth]
      if (row && act.text === null) remove(rows.rules, (one) => one.id === row.id)
      else if (row && act.text !== null) row.text = `${act.text} ${row.id}`
      else if (act.text !== null)
        rows.rules.push({
          id: id(),
          text: `${act.text} ${server.nextId}`,
          hint: '',
          priority: rows.rules.length,
          created_at: at,
          translations: [],
        })
      return
    }
    case 'announce': {
      const row = rows.announcements[act.nth]
      if (row && act.text === null && act.gone) remove(rows.announcements, (one) => one.id === row.id)
      else if (row && act.text === null) row.published = !row.published
      else if (row && act.text !== null) row.text = `${act.text} ${row.id}`
      else if (act.text !== null)
        rows.announcements.push({
          id: id(),
          text: `${act.text} ${server.nextId}`,
          all_day: false,
          published: !act.gone,
          starts_at: null,
          ends_at: null,
          notification_sent_at: null,
          created_at: at,
        })
      return
    }
    case 'reorder':
      for (const [index, row] of rulesInOrder(server).toReversed().entries()) row.priority = index
      return
    case 'set':
      remove(rows.settings, (row) => row.var === act.key)
      rows.settings.push({ var: act.key, value: `--- ${JSON.stringify(act.value)}\n`, updated_at: at })
      return
    case 'unset':
      return remove(rows.settings, (row) => row.var === act.key)
  }
}

function remove<Row>(rows: Row[], which: (row: Row) => boolean): void {
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]
    if (row !== undefined && which(row)) rows.splice(i, 1)
  }
}

function changePlain(server: Server, { kind, id, fields }: Hand & { readonly does: 'plain' }): void {
  const plain = PLAIN.find((one) => one.kind === kind)
  if (plain === undefined) throw new Error(`${kind} is no plain kind`)
  const rows = plainRows(server, plain.table)
  const row = rows.find((one) => one[plain.name] === id)
  if (fields === null) return remove(rows, (one) => one[plain.name] === id)
  if (row) return void Object.assign(row, fields)
  const rest = Object.fromEntries(plain.fields.flatMap((one) => (one.inFilesOnly ? [] : [[one.name, unset(one)]])))
  rows.push({ id: newId(server), [plain.name]: id, ...rest, ...fields, created_at: stamp(server) })
}
