import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { releaseOf } from '../../src/instance/versions.ts'
import { permissionNames, permissionsOf } from '../../src/providers/mastodon/kinds/role/permissions.ts'
import {
  defaultOf,
  SETTINGS,
  settingOf,
  settingType,
  UPLOADS,
} from '../../src/providers/mastodon/kinds/setting/settings.ts'
import { permissionMask } from '../support/permissions.ts'

const RECORDED = new URL('../contract/recorded/', import.meta.url)

async function answer(version: string, name: string): Promise<unknown> {
  const all: readonly { name: string; answer: unknown }[] = JSON.parse(
    await readFile(new URL(`${version}/console.json`, RECORDED), 'utf8'),
  )
  return all.find((one) => one.name === name)?.answer
}

describe.each(['4.4.22', '4.6.5'])('Mastodon %s', (version) => {
  const release = releaseOf(version)

  test('has these permissions with these bits', async () => {
    const ours = [...permissionsOf(release)].map(([name, bit]) => [name, Number(bit)])
    expect(Object.fromEntries(ours)).toEqual(await answer(version, 'permission bits'))
  })

  test('has these settings', async () => {
    const keys = (await answer(version, 'setting keys')) as string[]
    const ours = Object.keys(SETTINGS).filter((key) => settingOf(key, release) !== undefined)
    expect([...ours, ...UPLOADS].sort()).toEqual(keys.toSorted())
  })

  test('has whole numbers, booleans and pictures where we have them', async () => {
    const keys = (await answer(version, 'setting keys')) as string[]
    const named = (type: string): string[] => keys.filter((key) => settingType(key) === type).sort()
    const known = new Set(keys)
    const theirs = async (name: string): Promise<string[]> =>
      ((await answer(version, name)) as string[]).filter((key) => known.has(key)).sort()
    expect(named('integer')).toEqual(await theirs('setting keys that are whole numbers'))
    expect(named('boolean')).toEqual(await theirs('setting keys that are booleans'))
    expect(named('upload')).toEqual(await theirs('setting keys that are uploads'))
  })

  test('starts with these values', async () => {
    const values = (await answer(version, 'setting values of a new server')) as Record<string, unknown>
    const ours = Object.fromEntries(
      Object.keys(values)
        .filter((key) => !UPLOADS.includes(key))
        .map((key) => [key, defaultOf(key, version)]),
    )
    expect(ours).toEqual(Object.fromEntries(Object.entries(values).filter(([key]) => !UPLOADS.includes(key))))
  })

  test('seeds roles whose masks mean the permissions that we read from them', async () => {
    const roles = (await answer(version, 'roles of a new server')) as { permissions: number }[]
    for (const { permissions } of roles)
      expect(permissionMask(permissionNames(String(permissions)))).toBe(String(permissions))
  })
})

test('choices of 4.6 are those that the server names', async () => {
  const choices = (await answer('4.6.5', 'choices')) as Record<string, string[]>
  expect(settingOf('registrations_mode', '4.6')?.choices).toEqual(choices['REGISTRATION_MODES'])
  expect(settingOf('show_domain_blocks', '4.6')?.choices).toEqual(choices['DOMAIN_BLOCK_AUDIENCES'])
  expect(settingOf('remote_topic_feed_access', '4.6')?.choices).toEqual(choices['FEED_ACCESS_MODES'])
  expect(settingOf('local_topic_feed_access', '4.6')?.choices).toEqual(choices['ALTERNATE_FEED_ACCESS_MODES'])
  expect(settingOf('landing_page', '4.6')?.choices).toEqual(choices['LANDING_PAGE'])
  expect(settingOf('landing_page', '4.5')?.choices).not.toContain('overview')
})

test('the schema of settings names the same keys and types as the table of versions', async () => {
  const schema: {
    properties: {
      settings: { properties: Record<string, { type?: string | string[]; enum?: string[]; $ref?: string }> }
    }
  } = JSON.parse(await readFile(new URL('../../schema/settings.schema.json', import.meta.url), 'utf8'))
  const properties = Object.entries(schema.properties.settings.properties)
  const kinds = properties.map(([key, { type, enum: words, $ref }]) => [
    key,
    $ref !== undefined ? 'long' : words !== undefined ? 'choice' : Array.isArray(type) ? type[0] : type,
  ])
  const ours = Object.entries(SETTINGS).map(([key, { type, long }]) => [
    key,
    long === true ? 'long' : type === 'text' ? 'string' : type,
  ])
  expect(Object.fromEntries(kinds)).toEqual(Object.fromEntries(ours))
  for (const [key, { enum: words }] of properties)
    if (words !== undefined) expect(words, key).toEqual(settingOf(key, null)?.choices)
})

test('a newer Mastodon counts as the newest known one, an older as the oldest, and no version as none', () => {
  expect(['4.4.0', 'v4.5.2+glitch', '4.6.5-rc.1', '4.7.6', '4.10.0', '5.0.0-beta.2', '4.2.0'].map(releaseOf)).toEqual([
    '4.4',
    '4.5',
    '4.6',
    '4.7',
    '4.7',
    '4.7',
    '4.4',
  ])
  expect(['', 'nightly', null, undefined].map(releaseOf)).toEqual([null, null, null, null])
  expect(settingOf('timeline_preview', null)).toBeDefined()
  expect(settingOf('timeline_preview', '4.5')).toBeUndefined()
})
