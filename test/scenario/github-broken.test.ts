import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'

const CONNECTIONS = 'instance/instance.yaml'

let herd: Farm
/** `instance.yaml` as it was, and as nobody can use it. */
let right: string
let broken: string
beforeAll(async () => {
  herd = await farm()
  right = `${herd.file(CONNECTIONS)}\n`
  broken = `${right}dorrs: none\n`
  await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [CONNECTIONS]: broken } })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const failures = () =>
  [...herd.hub.state.issues.values()].filter(
    ({ labels, pull }) => pull === null && labels.includes('herdbook: failure'),
  )
const checkOf = (commit: string): string =>
  herd.hub.state.statuses.findLast((status) => status.commit === commit && status.context === 'herdbook')?.state ??
  'none'
const headOf = (number: number): string => herd.hub.state.issues.get(number)?.pull?.head.commit ?? ''
async function pullWith(branch: string, text: string, fork = false): Promise<number> {
  await herd.hub.act.push({ by: fork ? 'stan' : 'mo', branch, fork, files: { [CONNECTIONS]: text } })
  const number = await herd.hub.act.openPull({ by: fork ? 'stan' : 'mo', branch, fork, title: 'Mend' })
  ran(await herd.settle(), fork ? 'check' : 'plan')
  return number
}

it('an instance.yaml on the default branch that is not valid is told in one issue and in the summary', async () => {
  const job = ran(await herd.settle(), 'apply')
  expect(job.exit).toBe(9)
  expect(job.summary).toMatch(/### The files are not valid[^]*dorrs/)
  expect(failures().map(({ state, body }) => [state, body?.includes('dorrs')])).toEqual([['open', true]])
})

it('a pull request that does not mend it is told what is wrong', async () => {
  const number = await pullWith('worse', `${broken}windows: none\n`)
  expect(commentOn(herd, number)).toMatch(/### The files are not valid[^]*windows/)
  expect(checkOf(headOf(number))).toBe('failure')
})

it.each([
  ['our own', false],
  ['a fork', true],
])('a pull request of %s that mends it may be merged, without the live server being asked', async (_, fork) => {
  const number = await pullWith('mended', right, fork)
  expect(commentOn(herd, number)).toMatch(
    /### This pull request makes the files valid\n[^]*Merging this pull request approves no changes on the server/,
  )
  expect(commentOn(herd, number)).not.toContain('herdbook-approvals')
  expect(checkOf(headOf(number))).toBe('success')
})

it('once that is merged, all goes on as before', async () => {
  const number = [...herd.hub.state.issues.values()].find(({ pull }) => pull?.head.branch === 'mended')?.number ?? 0
  await herd.hub.act.merge(number, 'ann')
  expect(ran(await herd.settle(), 'apply').exit).toBe(0)
  expect(failures().map(({ state }) => state)).toEqual(['closed'])
})

it('a pull request that removes instance.yaml is refused: Herdbook would not know which server this is', async () => {
  await herd.hub.act.push({ by: 'mo', branch: 'gone', files: { [CONNECTIONS]: null } })
  const number = await herd.hub.act.openPull({ by: 'mo', branch: 'gone', title: 'Tidy up' })
  ran(await herd.settle(), 'plan')
  expect(commentOn(herd, number)).toContain(
    'would remove `instance.yaml`. Herdbook would not know which server this is',
  )
  expect(checkOf(headOf(number))).toBe('failure')
})
