import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const POLICY = 'instance/policy.yaml'
const checkOf = (commit: string) =>
  herd.hub.state.statuses.findLast((status) => status.commit === commit && status.context === 'herdbook')

it('a stranger who changes nothing but what Herdbook goes by is not waved through', async () => {
  const files = {
    [POLICY]: 'minimum_owners: 1\nbudgets:\n  domain_block:\n    create: 1000\nshow:\n  staff: true\n',
    'instance/instance.yaml': herd
      .file('instance/instance.yaml')
      .replace('acting_account: owner', 'acting_account: rustler'),
  }
  const head = await herd.hub.act.push({ by: 'stan', branch: 'mine', fork: true, files })
  const number = await herd.hub.act.openPull({ by: 'stan', branch: 'mine', fork: true, title: 'Typo' })
  const job = ran(await herd.settle(), 'check')
  const comment = commentOn(herd, number)
  expect(comment).not.toContain('No changes**')
  expect(comment).toContain('`policy.yaml`: `budgets.domain_block.create`: not set → `1000`')
  expect(comment).toContain('`policy.yaml`: `minimum_owners`: not set → `1`')
  expect(comment).toMatch(
    regexOf(
      /Herdbook uses these changes only after the merge:\*\*\n/,
      /> - `instance\.yaml`: `acting_account`\n> - `policy\.yaml`: `show\.staff`/,
    ),
  )
  expect(comment).not.toContain('rustler')
  expect(job.summary).toContain('minimum_owners')
  expect(checkOf(head)).toMatchObject({
    state: 'pending',
    description: expect.stringContaining("Herdbook's own settings"),
  })
})

it('nor is one of our own, whose check says it', async () => {
  const head = await herd.hub.act.push({
    by: 'mo',
    branch: 'policy',
    files: { [POLICY]: 'budgets:\n  domain_block:\n    create: 1000\n' },
  })
  const number = await herd.hub.act.openPull({ by: 'mo', branch: 'policy', title: 'Policy' })
  ran(await herd.settle(), 'plan')
  expect(commentOn(herd, number)).toMatch(
    regexOf(
      /### No changes on the server\. This pull request changes Herdbook's own settings\.[^]*/,
      /From the merge on, every apply uses[^]*not set → `1000`/,
    ),
  )
  expect(checkOf(head)).toMatchObject({
    state: 'success',
    description: "No changes on the server. This pull request changes Herdbook's own settings.",
  })
})
