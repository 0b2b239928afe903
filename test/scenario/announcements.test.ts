import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, pasture, planOf, refs, type Herd, type Pasture } from '../support/sandbox.ts'

const FILE = 'announcements.yaml'
const PARTY = `announcements:
  - key: party
    text: We are five years old!
    from: 2031-06-01T18:00:00Z
    until: 2031-06-01T23:00:00Z
`
const ENDED = new Date('2031-06-01T23:00:00Z')

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

const apply = (code = 0) => must(herd, ['apply', '--yes'], code)
const live = () => herd.rows('select text, published from announcements order by id')
/** Those that members were shown since it was last asked; the worker leaves its mark in the row. */
async function shown(): Promise<readonly unknown[]> {
  const rows = await herd.rows(
    `with seen as (select id, text from announcements where status_ids is not null order by id),
       forgotten as (update announcements set status_ids = null) select text from seen`,
  )
  return rows.flatMap(Object.values)
}
const flat = (text: string): string => text.replace(/\s+/g, ' ')

describe('an announcement of the files', () => {
  it('is published at once, which nobody can undo, and is then in sync', async () => {
    herd.write({ [FILE]: PARTY })
    expect((await planOf(herd, 2)).steps).toMatchObject([
      { kind: 'announcement', id: 'party', hazard: 'irreversible', note: expect.stringContaining('see it at once') },
    ])
    expect(flat((await must(herd, ['plan'], 2)).stdout)).toContain('Publishes the announcement party')
    await apply()
    expect(await live()).toEqual([{ text: 'We are five years old!', published: true }])
    expect(await shown()).toEqual(['We are five years old!'])
    await planOf(herd, 0)
  })

  it('is shown again when it is edited', async () => {
    herd.edit(FILE, (text) => text.replace('five', 'six'))
    expect((await planOf(herd, 2)).steps).toMatchObject([
      { action: 'update', hazard: 'disruptive', note: 'Members who are online see the new version at once.' },
    ])
    await apply()
    expect(await shown()).toEqual(['We are six years old!'])
    await planOf(herd, 0)
  })

  it('was shown although the run ended before Mastodon was told: the next one does it', async () => {
    herd.edit(FILE, (text) => text.replace('six', 'seven'))
    await field.sandbox.breakConsole('before-workers')
    await apply(8)
    expect(await shown()).toEqual([])
    expect((await must(herd, ['plan'], 2)).stdout).toContain('the publication of the announcement party')
    await apply()
    expect(await shown()).toEqual(['We are seven years old!'])
    await planOf(herd, 0)
  })

  it('that somebody took back by hand is published again, if a person wants the version of the files', async () => {
    await herd.hand.unpublishAnnouncement('We are seven years old!')
    const plan = await planOf(herd, 3)
    expect(plan.drift).toMatchObject([{ kind: 'announcement', id: 'party', fields: ['published'] }])
    await apply()
    expect(await live()).toMatchObject([{ published: false }])
    await must(herd, ['restore', 'announcement/party', '--yes'])
    expect(await live()).toEqual([{ text: 'We are seven years old!', published: true }])
    expect(await shown()).toEqual(['We are seven years old!'])
    await planOf(herd, 0)
  })

  it('that somebody took back by hand leaves the files, if a person wants the version of the server', async () => {
    herd.edit(FILE, (text) => `${text}  - key: second\n    text: A second one\n`)
    await apply()
    await herd.hand.unpublishAnnouncement('A second one')
    await must(herd, ['adopt', 'announcement/second'])
    expect(herd.read(FILE)).not.toContain('second')
    herd.write({}, 'Adopt')
    await planOf(herd, 0)
    await apply()
    expect(await live()).toContainEqual({ text: 'A second one', published: false })
    expect(await herd.run(['why', 'announcement/second'])).toMatchObject({ code: 0 })
  })

  it('made by hand is adopted under a key of its own; drafts stay what they are', async () => {
    await herd.hand.announce({ text: 'Backups tonight', starts_at: '2031-07-01T20:00', ends_at: '2031-07-01T21:00' })
    await herd.hand.announce({ text: 'Not yet', scheduled_at: '2031-08-01T10:00' })
    const plan = await planOf(herd, 3)
    expect(plan.unmanaged.filter((one) => one.added_by_hand)).toMatchObject([{ kind: 'announcement' }])
    expect(flat((await must(herd, ['adopt', 'announcement'])).out)).toContain(
      '2 unpublished announcements are left out. The files hold only published ones.',
    )
    expect(herd.read(FILE)).toContain(
      '  - key: backups-tonight\n    text: Backups tonight\n    from: 2031-07-01T20:00:00Z\n' +
        '    until: 2031-07-01T21:00:00Z\n',
    )
    expect(herd.read(FILE)).not.toContain('Not yet')
    herd.write({}, 'Adopt')
    await planOf(herd, 0)
    await apply()
    herd.edit(FILE, (text) => text.replace('Backups tonight', 'Backups at eight'))
    await apply()
    expect(await live()).toContainEqual({ text: 'Backups at eight', published: true })
    await planOf(herd, 0)
  })

  it('is over at its end, whether or not Mastodon has already taken it back', async () => {
    expect(refs((await planNow(ENDED)).steps)).toEqual([])
    await herd.rows("update announcements set published = false where text = 'We are seven years old!'")
    expect(refs((await planNow(ENDED)).steps)).toEqual([])
    expect(await planNow(ENDED)).toMatchObject({ drift: [], conflicts: [] })
    expect((await must(herd, ['plan'], 0, { now: ENDED })).out).toMatch(/announcements\.yaml:5:\d+ warning expired/)
    await herd.rows("update announcements set published = true where text = 'We are seven years old!'")
  })

  it('that has ended is published again with a later end', async () => {
    await herd.rows(
      `update announcements set starts_at = '2020-01-01', ends_at = '2020-01-02', published = false
       where text = 'We are seven years old!'`,
    )
    expect(await planOf(herd, 3)).toMatchObject({ drift: [{ id: 'party', fields: ['ends_at', 'starts_at'] }] })
    await shown()
    await must(herd, ['restore', 'announcement/party', '--yes'])
    expect(await live()).toContainEqual({ text: 'We are seven years old!', published: true })
    expect(await shown()).toEqual(['We are seven years old!'])
    await planOf(herd, 0)
  })

  it('goes away with its entry', async () => {
    herd.edit(FILE, (text) => text.replace(/ {2}- key: party[^]*?(?= {2}- key)/, ''))
    expect((await planOf(herd, 2)).steps).toMatchObject([
      { id: 'party', action: 'delete', hazard: 'disruptive', note: expect.stringContaining('disappears at once') },
    ])
    await apply()
    expect((await live()).map((row) => Object.values(row)[0])).not.toContain('We are seven years old!')
    await planOf(herd, 0)
  })
})

const planNow = async (now: Date) => JSON.parse((await must(herd, ['plan', '--json'], 0, { now })).stdout)

describe('a mail with an announcement', () => {
  const told = () => herd.rows('select text from announcements where notification_sent_at is not null')

  it('goes to all members once, where the file asks for it, and is irreversible', async () => {
    herd.edit(FILE, (text) => `${text}  - key: terms\n    text: Please read\n    notify_members: true\n`)
    expect((await planOf(herd, 2)).steps).toMatchObject([
      { id: 'terms', hazard: 'irreversible', note: expect.stringMatching(/see it at once.*mail to every member/) },
    ])
    await apply()
    expect(await told()).toEqual([{ text: 'Please read' }])
    await planOf(herd, 0)
    herd.edit(FILE, (text) => text.replace('Backups at eight\n', 'Backups at eight\n    notify_members: true\n'))
    expect(flat((await must(herd, ['plan'], 2)).stdout)).toMatch(
      /Mails the announcement backups-tonight to all members +can't be undone/,
    )
    await shown()
    await apply()
    expect(await told()).toHaveLength(2)
    expect(await shown()).toEqual([])
    await planOf(herd, 0)
  })

  it('of which nobody knows whether it went out, is told once; that it is shown is made up for', async () => {
    herd.edit(FILE, (text) => `${text}  - key: last\n    text: The last one\n    notify_members: true\n`)
    await field.sandbox.breakConsole('before-workers')
    await apply(8)
    const { out } = await must(herd, ['plan'], 2)
    expect(flat(out)).toMatch(/interrupted during the mail to members about the announcement last[^]*Sidekiq/)
    expect(flat(out)).toContain('the publication of the announcement last')
    await shown()
    await apply(8)
    expect(await shown()).toEqual(['The last one'])
    await apply()
    await planOf(herd, 0)
  })
})
