import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANSWERS, withFaults, type Fault } from '../testkit/fault.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ blocks: 5 })
})
afterAll(() => sandbox.close())

const LIST = '/api/v1/admin/domain_blocks'
const blocks = async (): Promise<number> => (await sandbox.query('select 1 from domain_blocks')).length
const ask = (url: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${sandbox.tokens.apply}`, 'content-type': 'application/json' },
  })
const create = (url: string, domain: string): Promise<Response> =>
  ask(url, LIST, { method: 'POST', body: JSON.stringify({ domain, severity: 'noop' }) })
const once = (fault: Fault, nth = 1) => [{ match: { path: /domain_blocks/, nth }, fault }]

test('a lost request reaches no server, a lost answer does', async () => {
  const before = await blocks()
  const lost = await withFaults(sandbox, once({ kind: 'lost-request' }))
  await expect(create(lost.url, 'lost.example')).rejects.toThrow()
  expect(await blocks()).toBe(before)
  await lost.close()
  const acted = await withFaults(sandbox, once({ kind: 'lost-answer' }))
  await expect(create(acted.url, 'acted.example')).rejects.toThrow()
  expect(await blocks()).toBe(before + 1)
  await acted.close()
})

test('a late answer comes when it may, and the server has acted by then', async () => {
  const before = await blocks()
  const { promise, resolve } = Promise.withResolvers<void>()
  const late = await withFaults(sandbox, once({ kind: 'late', until: promise }))
  const answer = create(late.url, 'late.example')
  await expect.poll(blocks).toBe(before + 1)
  expect(await Promise.race([answer, Promise.resolve('nothing yet')])).toBe('nothing yet')
  resolve()
  expect((await answer).status).toBe(200)
  await late.close()
})

test('an answer of another kind comes once, then the server’s own', async () => {
  const reset = new Date('2030-01-01T00:00:00Z')
  const cases = {
    tooMany: ANSWERS.tooMany(reset),
    stumbled: ANSWERS.stumbled,
    forbidden: ANSWERS.forbidden,
    gone: ANSWERS.gone,
    badGateway: ANSWERS.badGateway,
    empty: ANSWERS.empty,
  }
  const statuses: number[] = []
  for (const fault of Object.values(cases)) {
    const faulty = await withFaults(sandbox, once(fault))
    const [first, second] = [await ask(faulty.url, LIST), await ask(faulty.url, LIST)]
    statuses.push(first.status, second.status)
    await faulty.close()
  }
  expect(statuses).toEqual([429, 200, 500, 200, 403, 200, 404, 200, 502, 200, 200, 200])
})

test('a page can be cut short, or come again', async () => {
  const faulty = await withFaults(sandbox, [
    { match: { path: /max_id=4/ }, fault: { kind: 'cut' } },
    { match: { path: /limit=2/, nth: 2 }, fault: { kind: 'same-again' } },
  ])
  const first = await (await ask(faulty.url, `${LIST}?limit=2`)).text()
  expect(await (await ask(faulty.url, `${LIST}?limit=2&max_id=3`)).text()).toBe(first)
  const cut = await (await ask(faulty.url, `${LIST}?max_id=4`)).text()
  expect(() => JSON.parse(cut)).toThrow()
  expect(faulty.seen).toEqual([`GET ${LIST}?limit=2`, `GET ${LIST}?limit=2&max_id=3`, `GET ${LIST}?max_id=4`])
  await faulty.close()
})

test('no answer at all leaves the client to its own patience', async () => {
  const faulty = await withFaults(sandbox, once({ kind: 'no-answer' }))
  await expect(ask(faulty.url, LIST, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/)
  await faulty.close()
})
