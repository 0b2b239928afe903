import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ran } from '../support/cli.ts'
import { git } from '../support/git.ts'
import { cloneOf, must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'

const RACES = 30

let field: Pasture
let one: Herd
let two: Herd
beforeAll(async () => {
  field = await pasture()
  // Read over HTTP alone: nothing is started that would set the pace of the race.
  one = await field.herd({
    remote: true,
    begin: 'none',
    mastodon: { api: { url: field.sandbox.url, token: { env: 'HB_TOKEN' } } },
  })
  one.write({ 'domain-blocks.yaml': blocks(-1) })
  await must(one, ['apply', '--yes', '--first', 'a race'])
  two = cloneOf(one, 'two')
})
afterAll(async () => field[Symbol.asyncDispose]())

const blocks = (round: number): string =>
  `domain_blocks:\n  - domain: race.example\n    severity: none\n    public_comment: round ${round}\n`
const audit = async (): Promise<readonly object[]> =>
  one.rows("select action, human_identifier from admin_action_logs where target_type = 'DomainBlock' order by id")

describe('two applies of the same commit over a bare repository', () => {
  it(
    `${RACES} times: one wins, the other refuses with its name or finds nothing left, and every change is made once`,
    { timeout: 600_000 },
    async () => {
      let refusals = 0
      for (let round = 0; round < RACES; round += 1) {
        one.write({ 'domain-blocks.yaml': blocks(round) })
        git(two.dir, 'pull', '--quiet', '--ff-only')
        const before = (await audit()).length
        const results = await Promise.all(
          [one, two].map((herd, i) => herd.run(['apply', '--yes'], { env: { GITHUB_RUN_ID: `${round}-${i}` } })),
        )
        const winners = results.filter(isWinner)
        expect(winners.length, results.map(({ out }) => out).join('\n')).toBe(1)
        for (const [i, ran] of results.entries()) {
          if (isWinner(ran)) continue
          if (ran.code === 7) {
            refusals += 1
            expect(ran.stderr).toContain(`run ${round}-${1 - i}`)
          } else expect(ran, ran.out).toMatchObject({ code: 0, stdout: expect.stringContaining('In sync') })
        }
        expect((await audit()).length - before).toBe(1)
        expect(await one.rows('select public_comment from domain_blocks')).toEqual([
          { public_comment: `round ${round}` },
        ])
      }
      expect(refusals).toBeGreaterThan(0)
      await planOf(two, 0)
      await must(one, ['drift'])
      expect(git(`${one.dir}.git`, 'for-each-ref', '--format=%(refname)', 'refs/herdbook')).toBe(
        'refs/herdbook/production/ledger',
      )
    },
  )
})

const isWinner = (ran: Ran): boolean => ran.code === 0 && ran.stdout.includes('done and verified')
