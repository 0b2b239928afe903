import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generated } from '../../src/instance/generate.ts'
import { withKinds } from '../../src/instance/generate-policy.ts'
import { KINDS } from '../../src/providers/kinds.ts'

const ROOT = new URL('../../', import.meta.url)

/** A schema of a file that is about relays: a list, with a day, a moment and a long text. */
const relays = async () => {
  const terms = JSON.parse(await readFile(new URL('schema/terms-of-service.schema.json', ROOT), 'utf8'))
  const emptied = { description: 'The reason. Absent: the default, none.', type: 'string', minLength: 1 }
  const properties = {
    host: { description: 'The host.', type: 'string' },
    since: { description: 'A day. Absent: the default, none.', type: 'string', format: 'date' },
    until: { description: 'A moment. Absent: the default, none.', type: 'string', format: 'moment' },
    note: { description: 'A note. Absent: the default, none.', $ref: '#/$defs/text' },
  }
  const items = { title: 'Relay', type: 'object', additionalProperties: false, required: ['host'], properties }
  return {
    $schema: terms.$schema,
    $id: 'relays.schema.json',
    title: 'RelaysFile',
    description: 'Relays.',
    'x-herdbook': { moderated: true, repeatable: true },
    type: 'object',
    additionalProperties: false,
    properties: {
      relays: { description: 'The relays. Absent: not managed.', type: 'array', items },
      emptied_on_purpose: emptied,
    },
    $defs: terms.$defs,
  }
}

let dir: string
const root = () => pathToFileURL(`${dir}/`)
const write = async (schema: object): Promise<void> =>
  writeFile(join(dir, 'schema/relays.schema.json'), JSON.stringify(schema))

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'herdbook-'))
  for (const folder of ['schema', 'instance']) await cp(new URL(folder, ROOT), join(dir, folder), { recursive: true })
})
afterAll(async () => rm(dir, { recursive: true }))

describe('a new schema, and `npm run generate`', () => {
  test('make a new file of the instance', async () => {
    await write(await relays())
    const made = await generated(root(), KINDS)
    const files = made.get('src/instance/files.gen.ts') ?? ''
    const part = (name: string): string => files.match(new RegExp(`export const ${name}\\b[^]*?\\n[\\]}]`))?.[0] ?? ''
    expect(part('FILE_NAMES')).toMatch(/'ip-blocks.yaml',\n {2}'relays.yaml',\n {2}'roles.yaml',/)
    expect(part('LIST_KEYS')).toContain("'relays.yaml': 'relays'")
    expect(part('MODERATED')).toContain("'relays.yaml'")
    expect(part('REPEATABLE')).toContain("'relays.yaml'")
    expect(files).toContain("{ file: 'relays.yaml', key: 'relays', fields: { since: 'date', until: 'moment' } }")
    expect(files).toContain("{ file: 'relays.yaml', key: 'relays', fields: ['note'] }")
    expect(files).toContain("/schema/relays.schema.json', { with: { type: 'json' } })")
    expect(made.get('src/instance/schema.gen.ts')).toMatch(/'relays\.yaml'\?: RelaysFile/)
    expect(made.get('src/instance/validate.gen.js')).toContain('relays.yaml')
  }, 120_000)

  test.each([
    ['an annotation that is not known', { 'x-herdbook': { moderate: true } }, '"x-herdbook" value is invalid'],
    ['a file before it that is not there', { 'x-herdbook': { after: 'nothing.yaml' } }, 'relays.yaml: after'],
    [
      'a date that no rule would find',
      {
        properties: {
          a: { type: 'object', properties: { b: { type: 'object', properties: { c: { format: 'date' } } } } },
        },
      },
      'relays.yaml: a.b.c',
    ],
    ['no list that could be empty', { properties: { emptied_on_purpose: { type: 'string' } } }, 'emptied_on_purpose'],
  ])('but not with %s', async (_name, wrong, told) => {
    await write({ ...(await relays()), ...wrong })
    await expect(generated(root(), KINDS)).rejects.toThrow(told)
  })
})

test("the policy's schema names a new kind, and is otherwise as it was", async () => {
  const before = await readFile(new URL('schema/policy.schema.json', ROOT), 'utf8')
  expect(withKinds(before, KINDS)).toBe(before)
  const relay = { name: 'old-relay', title: { one: 'old relay', many: 'old relays' }, drift: 'correct' } as const
  const after = withKinds(before, [...KINDS, relay])
  const told = JSON.parse(after).properties
  expect(told.budgets.properties.old_relay).toEqual({
    description: 'The limits for changes of old relays. Absent: the default, those of `default`.',
    $ref: '#/$defs/budget',
  })
  expect(told.raises.items.properties.kind.enum.at(-1)).toBe('old-relay')
  expect(told.drift.properties.old_relay).toEqual({
    description:
      "If someone changed an old relay by hand: report it, or correct it back to the files' version. " +
      'Absent: the default of its kind, correct.',
    type: 'string',
    enum: ['report', 'correct'],
  })
  expect(withKinds(after, KINDS)).toBe(before)
})
