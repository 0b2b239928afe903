import { afterAll, beforeAll, expect, it } from 'vitest'
import { farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'

const BLOCKS = 'instance/domain-blocks.yaml'
const CONNECTIONS = 'instance/instance.yaml'

let herd: Farm
beforeAll(async () => {
  herd = await farm({ config: { environment: 'staging' } })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const contexts = (): string[] => [...new Set(herd.hub.state.statuses.map(({ context }) => context))]
const markers = (issue: number): (string | undefined)[] =>
  [...herd.hub.state.comments.values()].filter((one) => one.issue === issue).map(({ body }) => body.split('\n')[0])
const list = (domain: string): string =>
  `domain_blocks:\n  - domain: kept.example\n    severity: none\n  - domain: ${domain}\n    severity: none\n`

it('an environment with another name has one comment and one check, whether or not a merge can be made', async () => {
  await herd.hub.act.push({ by: 'mo', branch: 'block', files: { [BLOCKS]: list('one.example') } })
  const number = await herd.hub.act.openPull({ by: 'mo', branch: 'block', title: 'Block' })
  ran(await herd.settle(), 'plan')
  await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: list('two.example') } })
  await herd.settle()
  expect([...herd.hub.state.comments.values()].find((one) => one.issue === number)?.body).toContain('both changed')
  expect(markers(number)).toEqual(['<!-- herdbook:staging -->'])
  expect(contexts()).toEqual(['herdbook/staging'])
})

it('what a proposal names is no check of its own, in a merge queue either', async () => {
  await herd.hub.act.push({
    by: 'mo',
    branch: 'connections',
    files: { [CONNECTIONS]: `${herd.file(CONNECTIONS)}\n`.replace('environment: staging', 'environment: other') },
  })
  const number = await herd.hub.act.openPull({ by: 'mo', branch: 'connections', title: 'Rename' })
  ran(await herd.settle(), 'plan')
  const group = await herd.hub.act.enqueue([number], 'ann')
  ran(await herd.settle(), 'queue')
  await group.leave()
  expect(contexts()).toEqual(['herdbook/staging'])
})
