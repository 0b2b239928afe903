import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pasture, type Pasture } from '../support/sandbox.ts'

describe('a rule that somebody added by hand', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(() => field[Symbol.asyncDispose]())

  test('goes to its live place in the file when it is adopted', async () => {
    const herd = await field.herd()
    for (const text of ['First', 'Third']) await herd.hand.addRule({ text })
    await herd.rows(`update rules set priority = 10 * id`)
    expect(await herd.run(['adopt', 'rule', 'rule-order'])).toMatchObject({ code: 0 })
    herd.write({}, 'Adopt')
    await herd.hand.addRule({ text: 'Second' })
    await herd.rows(
      `update rules set priority = (select priority + 1 from rules where text = 'First') where text = 'Second'`,
    )
    const [row] = (await herd.rows(`select id::text as id from rules where text = 'Second'`)) as { id: string }[]
    expect(await herd.run(['adopt', `rule/#${row?.id}`])).toMatchObject({ code: 0 })
    expect([...herd.read('rules.yaml').matchAll(/text: (\w+)/g)].map((match) => match[1])).toEqual([
      'First',
      'Second',
      'Third',
    ])
    expect(await herd.run(['plan'])).toMatchObject({ code: 0 })
  })

  test('is shown as it can be typed, and may be typed by its number alone', async () => {
    const herd = await field.herd()
    await herd.hand.addRule({ text: 'Numbered' })
    const [row] = (await herd.rows(`select id::text as id from rules where text = 'Numbered'`)) as { id: string }[]
    expect((await herd.run(['drift'])).stdout).toContain(`rule/#${row?.id}`)
    const restored = await herd.run(['plan', '--restore', `rule/${row?.id}`])
    expect(restored.out).not.toMatch(/^error/m)
    await herd.hand.addRule({ text: 'Left as it is' })
    const [other] = (await herd.rows(`select id::text as id from rules where text = 'Left as it is'`)) as {
      id: string
    }[]
    expect((await herd.run(['leave', `rule/${other?.id}`, 'for now'])).out).toContain(`rule/#${other?.id}`)
    expect(await herd.run(['adopt', `rule/${row?.id}`])).toMatchObject({ code: 0 })
    expect(herd.read('rules.yaml')).toContain('text: Numbered')
    const nowhere = await herd.run(['adopt', 'rule/4711'])
    expect(nowhere.code).toBe(9)
    expect(nowhere.out).toContain('rule/4711 is neither on the server nor in the files')
    expect(nowhere.out).toContain('herdbook drift')
  })
})
