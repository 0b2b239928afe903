import { describe, expect, test } from 'vitest'
import type { Announcement, Documents } from '../../src/instance/documents.ts'
import type { Fault } from '../support/memory.ts'
import { NO_MISHAPS } from '../support/memory.ts'
import { newServer } from '../support/memory-server.ts'
import { load, told, hints } from '../support/instance.ts'
import { look, newWorld, run, type LiveState } from '../support/world.ts'

const file = (...entries: readonly string[]): Record<string, string> => ({
  'announcements.yaml': `announcements:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`,
})
const PARTY: Announcement = { key: 'party', text: 'We are five.', from: '2026-12-01', until: '2026-12-24' }
const files = (...announcements: Announcement[]): Documents => ({
  'announcements.yaml': { announcements, emptied_on_purpose: 'a test' },
})

async function begun(...announcements: Announcement[]): Promise<LiveState> {
  const world = newWorld(newServer())
  await run(world, files(...announcements))
  return world
}
const only = ({ server: { rows } }: LiveState) => rows.announcements[0] ?? expect.fail()

describe('the file', () => {
  test.each([
    ['from: 2026-12-24', 'half-of-the-times announcements.yaml:2:24 an announcement with from needs until too'],
    ['until: 2026-12-24', 'half-of-the-times announcements.yaml:2:24 an announcement with until needs from too'],
    ['all_day: true', 'all-day-without-times announcements.yaml:2:24 all_day needs from and until'],
    [
      'from: 2026-12-24, until: 2026-12-24',
      'ends-before-it-begins announcements.yaml:2:49 until: 2026-12-24 is not after from: 2026-12-24',
    ],
    [
      'from: 2026-12-24T10:00:00Z, until: 2026-12-24',
      'ends-before-it-begins announcements.yaml:2:59 until: 2026-12-24 is not after from: 2026-12-24T10:00:00Z',
    ],
  ])('cannot say %s', async (entry, error) => {
    expect(await told(file(`key: a, text: b, ${entry}`))).toEqual([`error ${error}`])
    expect(hints(await load(file(`key: a, text: b, ${entry}`)))).toHaveLength(1)
  })

  test('can say both times, a day of them or none, and that an announcement is not for whole days', async () => {
    const both = 'from: 2026-12-24T10:00:00Z, until: 2026-12-25, all_day: true'
    expect(await told(file(`key: a, text: b, ${both}`, 'key: b, text: c, all_day: false'))).toEqual([])
  })

  test('has each key and each text once', async () => {
    expect(await told(file('key: a, text: b', 'key: a, text: "c "', 'key: c, text: c'))).toEqual([
      'error duplicate announcements.yaml:3:12 the key a is here twice; first in line 2',
      'error duplicate announcements.yaml:4:21 the text of c is here twice; first in line 3',
    ])
  })

  test('says which entries have ended', async () => {
    const ended = file('key: a, text: b, from: 2026-10-01, until: 2026-10-02')
    expect((await load(ended, { now: new Date('2026-11-01') })).diagnostics).toMatchObject([{ code: 'expired' }])
  })
})

describe('a live announcement', () => {
  test('that is a draft is no object, unless the ledger knows it and the files hold it', async () => {
    const world = await begun(PARTY)
    const { id: _id, ...row } = only(world)
    world.server.rows.announcements.push({ ...row, id: '77', text: 'A draft', published: false })
    world.server.rows.announcements.push({ ...row, id: '78', text: 'A draft for the files', published: false })
    expect((await look(world, files(PARTY))).plan).toMatchObject({ steps: [], unmanaged: [], drift: [] })
    // Somebody's draft is not taken for a new one of that text.
    const { plan } = await look(world, files(PARTY, { key: 'new', text: 'A draft' }))
    expect(plan.steps).toMatchObject([{ id: 'new', action: 'create', serverId: null }])
    only(world).published = false
    expect((await look(world, files(PARTY))).plan.drift).toMatchObject([{ id: 'party', fields: ['published'] }])
    expect((await look(world, files())).plan).toMatchObject({ steps: [], drift: [], conflicts: [], unmanaged: [] })
  })

  test('that is added by hand is named by its number, and by its key once the files hold its text', async () => {
    const world = await begun()
    const fresh = { all_day: true, starts_at: null, ends_at: null, notification_sent_at: null }
    const created_at = '2026-11-23T12:00:00.000Z'
    world.server.rows.announcements.push({ ...fresh, id: '77', text: 'By hand\r\n', published: true, created_at })
    expect((await look(world, files())).plan.unmanaged).toMatchObject([
      { id: '#77', addedByHand: true, fields: { text: 'By hand', all_day: false } },
    ])
    expect((await look(world, files({ key: 'mine', text: 'By hand' }))).plan).toMatchObject({
      steps: [],
      takeovers: [],
      unmanaged: [],
    })
  })

  test('that has ended is gone, whoever took it back; a later end publishes it again', async () => {
    const world = await begun(PARTY)
    world.server.now = Date.parse('2026-12-24')
    for (const published of [true, false]) {
      only(world).published = published
      expect((await look(world, files(PARTY))).plan).toMatchObject({ steps: [], drift: [], unmanaged: [] })
      const later = { ...PARTY, until: '2026-12-26' }
      expect((await look(world, files(later))).plan).toMatchObject({ steps: [{ action: 'update' }], drift: [] })
    }
    await run(world, files({ ...PARTY, until: '2026-12-26' }))
    expect(only(world)).toMatchObject({ published: true, ends_at: '2026-12-26T00:00:00.000Z' })
  })

  test('is equal to the files where they say its times to the second', async () => {
    const world = await begun(PARTY)
    only(world).starts_at = '2026-12-01T00:00:00.999Z'
    expect((await look(world, files(PARTY))).plan.drift).toEqual([])
    only(world).starts_at = '2026-12-01T00:00:01.000Z'
    expect((await look(world, files(PARTY))).plan.drift).toMatchObject([{ fields: ['starts_at'] }])
  })
})

describe('a step', () => {
  const stepOf = async (world: LiveState, ...announcements: Announcement[]) =>
    (await look(world, files(...announcements))).plan.steps

  test.each<readonly [string, Partial<Announcement>, string, RegExp]>([
    ['edits what members see', { text: 'We are six.' }, 'disruptive', /^Members who are online see the new version/],
    ['mails', { notify_members: true }, 'irreversible', /^Mastodon sends a mail/],
    [
      'does both',
      { text: 'Six.', notify_members: true },
      'irreversible',
      /^Members .* at once\. Mastodon sends a mail/,
    ],
  ])('that %s says so', async (_, change, hazard, note) => {
    const world = await begun(PARTY)
    expect(await stepOf(world, { ...PARTY, ...change })).toMatchObject([
      { action: 'update', hazard, note: expect.stringMatching(note) },
    ])
  })

  test('that edits what somebody took back shows it to nobody, and does not publish it', async () => {
    const world = await begun(PARTY)
    only(world).published = false
    const [step] = await stepOf(world, { ...PARTY, text: 'Six.' })
    expect([step?.changes.map(({ field }) => field), step?.note]).toEqual([['text'], undefined])
    await run(world, files({ ...PARTY, text: 'Six.' }))
    expect([only(world), world.ledger.intents]).toMatchObject([{ text: 'Six.', published: false }, []])
  })

  const owed = async (fault: Fault, ...announcements: Announcement[]) => {
    const world = await begun(PARTY)
    await run(world, files(PARTY, ...announcements), { mishaps: { ...NO_MISHAPS, faults: new Map([[1, fault]]) } })
    return world.ledger.intents.map(({ what, repeatable }) => [what, repeatable])
  }

  test('that was cut off owes what can be done again, and tells what can not', async () => {
    expect(await owed('die-before', { key: 'new', text: 'New', notify_members: true })).toEqual([
      ['the publication of the announcement new', true],
      ['the mail to members about the announcement new', false],
    ])
  })
})
