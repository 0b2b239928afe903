import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FILE_NAMES } from '../../src/instance/files.gen.ts'
import { generated } from '../../src/instance/generate.ts'
import { loadInstance } from '../../src/providers/load-instance.ts'
import { directorySource } from '../../src/instance/source.ts'
import { KINDS } from '../../src/providers/kinds.ts'

const ROOT = new URL('../../', import.meta.url)
const FOLDER = fileURLToPath(new URL('instance', ROOT))
const now = new Date('2026-11-23T12:00:00Z')

describe('the example instance', () => {
  test.each(['4.4.22', '4.5.15', '4.6.5', '4.7.6', null])(
    'is right for Mastodon %s, and says only that a child is weaker on purpose',
    async (version) => {
      const { instance, diagnostics } = await loadInstance(directorySource(FOLDER), { version, now })
      expect(diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual(['info weaker-than-parent'])
      expect(Object.keys(instance?.documents ?? {})).toEqual([...FILE_NAMES])
    },
  )

  test('shows every severity, flag and field that a block can have', async () => {
    const { instance } = await loadInstance(directorySource(FOLDER), { now })
    const blocks = instance?.documents['domain-blocks.yaml']?.domain_blocks ?? []
    const fields = new Set(blocks.flatMap((block) => Object.keys(block)))
    const schema: unknown = JSON.parse(await readFile(new URL('schema/domain-blocks.schema.json', ROOT), 'utf8'))
    expect(schema).toHaveProperty('properties.domain_blocks.items.properties')
    expect([...fields].sort()).toEqual(
      [
        'accept_severed_relationships',
        'domain',
        'obfuscate',
        'private_comment',
        'public_comment',
        'reject_media',
        'reject_reports',
        'reported_in',
        'severity',
        'until',
      ].sort(),
    )
    expect(new Set(blocks.map(({ severity }) => severity))).toEqual(
      new Set(['suspend', 'limit', 'none', 'silence', 'noop']),
    )
    expect(blocks.find(({ domain }) => domain === 'bad.example')?.accept_severed_relationships).toBe(60)
    expect(blocks.some(({ domain }) => domain === 'fine.example')).toBe(false)
    expect(blocks.length).toBeGreaterThanOrEqual(39)
  })

  test('names only domains and addresses that are reserved for examples', async () => {
    const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yaml') || name.endsWith('.md'))
    const texts = await Promise.all(names.map((name) => readFile(new URL(`instance/${name}`, ROOT), 'utf8')))
    const domains = texts.flatMap(
      (text) => text.match(/(?<=domain: |https:\/\/|@)[^\s/'",.]+(?:\.[^\s/'",.]+)+/g) ?? [],
    )
    expect(domains.length).toBeGreaterThan(50)
    expect(domains.filter((domain) => !/(\.|^)(example|test|example\.(com|net|org))$/.test(domain))).toEqual([])
    const addresses = texts.flatMap((text) => text.match(/(?<=ip: )\S+/g) ?? [])
    expect(
      addresses.filter((address) => !/^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|2001:db8:)/.test(address)),
    ).toEqual([])
  })

  test('names its schema in the first line of each file, and the schema is there', async () => {
    for (const file of FILE_NAMES) {
      const [first = ''] = (await readFile(new URL(`instance/${file}`, ROOT), 'utf8')).split('\n')
      const schema = /^# yaml-language-server: \$schema=(\.\.\/schema\/.+)$/.exec(first)?.[1] ?? ''
      expect(JSON.parse(await readFile(new URL(`instance/${schema}`, ROOT), 'utf8'))).toHaveProperty('title')
    }
  })

  test('keeps the place of every value', async () => {
    const { instance } = await loadInstance(directorySource(FOLDER), { now })
    const text = (await readFile(new URL('instance/rules.yaml', ROOT), 'utf8')).split('\n')
    const at = instance?.position({ file: 'rules.yaml', path: ['rules', 3, 'translations', 'de', 'text'] })
    expect(text[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1, (at?.end?.column ?? 0) - 1)).toBe(
      "'Beschreibe deine Bilder für alle, die sie nicht sehen können.'",
    )
  })
})

describe('the schemas', () => {
  test('are what types and validators were made from: run `npm run generate` where this fails', async () => {
    for (const [path, text] of await generated(ROOT, KINDS))
      expect(await readFile(new URL(path, ROOT), 'utf8'), path).toBe(text)
  }, 120_000)

  test('describe every field, and say of every optional one what its absence means', async () => {
    const undescribed: string[] = []
    const silent: string[] = []
    const walk = (node: unknown, place: string): void => {
      if (typeof node !== 'object' || node === null) return
      const schema = node as { properties?: Record<string, { description?: string }>; required?: string[] }
      for (const [key, property] of Object.entries(schema.properties ?? {})) {
        if (typeof property !== 'object') continue
        if (property.description === undefined) undescribed.push(`${place}.${key}`)
        else if (
          schema.required?.includes(key) !== true &&
          !/Absent: (the default|not managed)/.test(property.description)
        )
          silent.push(`${place}.${key}`)
      }
      for (const [key, child] of Object.entries(node)) walk(child, `${place}.${key}`)
    }
    for (const file of FILE_NAMES)
      walk(JSON.parse(await readFile(new URL(`schema/${file.replace('.yaml', '.schema.json')}`, ROOT), 'utf8')), file)
    expect(undescribed).toEqual([])
    expect(silent).toEqual([])
  })
})
