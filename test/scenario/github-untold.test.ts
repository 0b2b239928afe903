import { afterAll, beforeAll, expect, it } from 'vitest'
import { withFaults, type Fault, type Strike } from '../testkit/fault.ts'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'

const BLOCKS = 'instance/domain-blocks.yaml'
const CONNECTIONS = 'instance/instance.yaml'
const entry = (domain: string): string => `  - domain: ${domain}\n    severity: none\n`
const REFUSED: Fault = {
  kind: 'answer',
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Resource not accessible by integration"}',
}

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

async function merged(domain: string, branch: string): Promise<number> {
  await herd.hub.act.push({ by: 'mo', branch, files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry(domain)}` } })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: `Note ${domain}` })
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  await herd.hub.act.merge(number, 'ann')
  return number
}

/** Runs the apply while GitHub stumbles. */
async function applied(strikes: readonly Strike[] = []) {
  const faulty = await withFaults(herd.hub, strikes)
  try {
    return ran(await herd.settle({ workflows: /^herdbook-apply/, apiUrl: faulty.url }), 'apply')
  } finally {
    await faulty.close()
  }
}
const appliedTonight = async () => {
  await herd.hub.act.schedule('23 4 * * *')
  return applied()
}

const failures = () =>
  [...herd.hub.state.issues.values()].filter(
    ({ labels, pull, state }) => pull === null && state === 'open' && labels.includes('herdbook: failure'),
  )
const reportsOn = (issue: number): string[] =>
  [...herd.hub.state.comments.values()]
    .filter((one) => one.issue === issue && one.body.includes(':applied -->'))
    .map(({ body }) => body)
const noteOn = (issue: number): Strike => ({
  match: { method: 'POST', path: new RegExp(`/issues/${issue}/comments$`) },
  fault: REFUSED,
})

it('a report that can not be written keeps no other from being written, and the next run makes up for it', async () => {
  const first = await merged('first.example', 'first')
  const second = await merged('second.example', 'second')
  const job = await applied([noteOn(first)])
  expect(job.exit).toBe(10)
  expect(job.stderr).toContain(`comment on #${first}`)
  expect(reportsOn(first)).toEqual([])
  expect(commentOn(herd, second, ':applied')).toContain('second.example')
  expect((await appliedTonight()).exit).toBe(0)
  expect(commentOn(herd, first, ':applied')).toMatch(/\*\*Applied\*\*: 1 change that this pull request approved/)
  const before = [...herd.hub.state.comments.values()].map(({ id, edits }) => [id, edits.length])
  await appliedTonight()
  expect([...herd.hub.state.comments.values()].map(({ id, edits }) => [id, edits.length])).toEqual(before)
})

it('a branch that is named for an issue that there is not is told of where it was merged', async () => {
  const number = await merged('nowhere.example', 'herdbook/issue-99999')
  expect((await applied()).exit).toBe(0)
  expect(commentOn(herd, number, ':applied')).toContain('nowhere.example')
})

it('what failed is an issue, whatever else can not be written', async () => {
  const number = await merged('third.example', 'third')
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry('pushed.example')}` },
  })
  herd.events.splice(0, herd.events.length - 1)
  expect((await applied([noteOn(number)])).exit).not.toBe(0)
  expect(failures().map(({ body }) => body?.includes('pushed.example'))).toEqual([true])
})

it('so is a defect, and a folder without instance.yaml', async () => {
  for (const { number } of failures()) await herd.hub.act.close(number, 'ann')
  herd.events.length = 0
  await herd.hub.act.schedule('23 4 * * *')
  const odd: Fault = { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '[null]' }
  const job = await applied([{ match: { method: 'GET', path: /\/pulls\?/ }, fault: odd }])
  expect(job.exit).toBe(1)
  expect(job.stderr).toContain('This is a defect in Herdbook')
  expect(failures().map(({ body }) => body?.split('\n')[0])).toEqual([expect.stringContaining('A defect in Herdbook')])
  await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [CONNECTIONS]: null } })
  expect((await applied()).exit).toBe(9)
  expect(failures().map(({ body }) => body)).toEqual([expect.stringContaining('There is no `instance/instance.yaml`')])
})
