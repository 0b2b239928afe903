import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRest } from '../../src/providers/mastodon/rest/open-rest.ts'
import { post } from '../../src/providers/mastodon/rest/statuses.ts'
import { ANSWERS, withFaults } from '../testkit/fault.ts'
import { pasture, type Pasture } from '../support/sandbox.ts'

let field: Pasture
beforeAll(async () => {
  field = await pasture()
})
afterAll(() => field[Symbol.asyncDispose]())

describe('a post', () => {
  const openApi = () => openRest({ url: field.sandbox.url, token: field.sandbox.tokens.announce, reading: false })
  const texts = () => field.sandbox.query("select text, visibility from statuses where text like 'Post %' order by id")

  test('is made once of two that come with the same key', async () => {
    const rest = await openApi()
    for (const key of ['one', 'one', 'two']) await post(rest, { text: `Post ${key}`, visibility: 'private', key })
    await rest.close()
    expect(await texts()).toEqual([
      { text: 'Post one', visibility: 2 },
      { text: 'Post two', visibility: 2 },
    ])
  })

  test.each([['4.4.22'], ['4.6.5']] as const)(
    'is there once, whether %s answers the second or stumbles over it',
    async (version) => {
      await using other = await pasture({ version })
      const rest = await openRest({ url: other.sandbox.url, token: other.sandbox.tokens.announce, reading: false })
      const given = { text: 'Post again', visibility: 'unlisted', key: 'again' } as const
      await post(rest, given)
      await post(rest, given)
      await rest.close()
      expect(await other.sandbox.query("select text from statuses where text <> ''")).toEqual([{ text: 'Post again' }])
    },
  )

  test.each([
    ['its answer is lost', { kind: 'lost-answer' }],
    ['the request is lost', { kind: 'lost-request' }],
    ['the server stumbles first', ANSWERS.stumbled],
  ] as const)('is there once where %s', async (_what, fault) => {
    const faulty = await withFaults(field.sandbox, [{ match: { method: 'POST', path: /statuses/, nth: 1 }, fault }])
    const rest = await openRest({ url: faulty.url, token: field.sandbox.tokens.announce, reading: false })
    await post(rest, { text: `Try: ${fault.kind}`, visibility: 'unlisted', key: fault.kind })
    await rest.close()
    await faulty.close()
    expect(await field.sandbox.query(`select text from statuses where text = 'Try: ${fault.kind}'`)).toHaveLength(1)
  })

  test('that would mention somebody is refused, and none goes out while planning', async () => {
    const rest = await openApi()
    await expect(post(rest, { text: 'Post for @alice', visibility: 'public', key: 'three' })).rejects.toThrow(
      /unexpected accounts/,
    )
    await rest.close()
    const fenced = await openRest({ url: field.sandbox.url, token: field.sandbox.tokens.announce, reading: true })
    await expect(post(fenced, { text: 'Post while planning', visibility: 'public', key: 'four' })).rejects.toThrow(
      /while planning/,
    )
    await fenced.close()
    expect(await texts()).toHaveLength(2)
  })
})
