import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

/** Each is some whole runs. */
const SLOW = { timeout: 120_000 }
const BLOCKS = 'instance/domain-blocks.yaml'
const SPAM = '  - domain: spam.example\n    severity: limit\n    public_comment: Spam\n'
const kept = '  - domain: kept.example\n    severity: none\n'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const pullOf = async (branch: string, text: string, base?: string): Promise<number> => {
  await herd.hub.act.push({
    by: 'mo',
    branch,
    files: { [BLOCKS]: text },
    ...(base === undefined ? {} : { onto: base }),
  })
  return herd.hub.act.openPull({ by: 'mo', branch, title: `Block spam (${branch})` })
}
const checkOf = (number: number): string => {
  const head = herd.hub.state.issues.get(number)?.pull?.head.commit
  const last = herd.hub.state.statuses.findLast(({ commit }) => commit === head)
  return last === undefined ? 'none' : `${last.state}: ${last.description ?? ''}`
}

it('two pull requests that block the same in two places are both merged, and applied as one', SLOW, async () => {
  const base = herd.hub.state.branches.get('main')
  const pulls = [
    await pullOf('above', `domain_blocks:\n${SPAM}${kept}`, base),
    await pullOf('below', `domain_blocks:\n${kept}${SPAM}`, base),
  ] as const
  await herd.settle()
  for (const number of pulls) expect(checkOf(number)).toBe('success: Limits spam.example.')
  // Both are merged before anything is applied, as they were shown.
  for (const number of pulls) await herd.hub.act.merge(number, 'ann')
  const runs = await herd.settle()
  expect(runs.filter((one) => one.ran && one.result !== 'success')).toEqual([])
  expect(herd.file(BLOCKS).match(/spam\.example/g)).toHaveLength(2)
  expect(await herd.rows("select severity from domain_blocks where domain = 'spam.example'")).toEqual([{ severity: 0 }])
  herd.desk()
  const plan = await herd.herdbook(['plan'])
  expect(plan.out).toMatch(
    regexOf(
      /warning repeated[^]*/,
      /the domain spam\.example is here twice, with the same content; first in line 2[^]*herdbook fmt/,
    ),
  )
})

it('what it says to type takes the second one out, and nothing changes on the server', SLOW, async () => {
  const desk = herd.desk()
  expect((await herd.herdbook(['fmt'])).out).toContain('Tidied domain-blocks.yaml')
  expect((await herd.herdbook(['validate'])).out).not.toContain('twice')
  const number = await pullOf('tidy', readFileSync(`${desk}/${BLOCKS}`, 'utf8'))
  ran(await herd.settle(), 'plan')
  expect(commentOn(herd, number)).toContain('**No changes**')
})

it('two that differ are an error, with both lines', SLOW, async () => {
  herd.desk()
  const number = await pullOf('other', `domain_blocks:\n${SPAM}${kept}${SPAM.replace('limit', 'none')}`)
  ran(await herd.settle(), 'plan')
  expect(checkOf(number)).toMatch(/^failure: the domain spam\.example is here twice; first in line 2/)
})
