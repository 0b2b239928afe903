import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { VERSIONS } from '../../src/sandbox/tables.ts'
import { differences, startPairs, type Pairs } from './compare.ts'
import { FILES, leftOut, steps, type Step } from './recorded.ts'

/** Requests that were sent and not recorded, by the step before which they were: the recording's lists show what they made. */
const UNRECORDED: Readonly<Record<string, (ask: Ask) => Promise<void>>> = {
  'domain-blocks-write/empty comments': async (ask) => {
    await ask('POST', '/api/v1/admin/domain_blocks', 'apply', {
      domain: 'long.example',
      severity: 'noop',
      public_comment: 'x'.repeat(10_000),
    })
  },
  'paging/default': async (ask) => {
    for (let n = 0; n <= 202; n += 1)
      await ask('POST', '/api/v1/admin/domain_blocks', 'apply', { domain: `p${n}.paging.example`, severity: 'noop' })
  },
  'rate-limit/one more': async (ask) => {
    for (let n = 0; n < 300; n += 1) await ask('GET', '/api/v1/admin/domain_blocks?limit=1', 'burn')
  },
}
/** Where the recording waited for new rate windows. */
const WAITED = new Set(['domain-blocks-write', 'paging', 'rate-limit'])
const RECORDED_DAY = '2026-11-23'

type Ask = (method: string, path: string, token: string | null, body?: unknown) => Promise<Response>

const asking =
  ({ url, tokens }: Sandbox): Ask =>
  (method, path, token, body) => {
    const secret = token === null ? {} : { authorization: `Bearer ${(tokens as Record<string, string>)[token] ?? token}` }
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    return fetch(`${url}${path}`, { method, headers: { 'content-type': 'application/json', ...secret }, ...content })
  }

/** The list that a path is about: what its ids are ids of. */
const listOf = (path: string): string =>
  /verify_credentials/.test(path) ? (path.includes('/apps/') ? 'apps' : 'accounts') : (/^\/api\/v\d\/admin\/(\w+)/.exec(path)?.[1] ?? path)

/** A path or a `Link` of the recording with the ids of our server. */
function translated(text: string, list: string, pairs: Pairs): string {
  return text.replaceAll(
    /(max_id=|since_id=|min_id=|blocks\/|allows\/)(\d+)/g,
    (_, before: string, id: string) => `${before}${pairs.ours(list, id)}`,
  )
}

/** Dates of measures, moved so that the day of the recording is the day that the sandbox's people were made. */
function moved<T>(value: T, days: number): T {
  const text = JSON.stringify(value)?.replaceAll(/"(\d{4}-\d\d-\d\d)"/g, (_, day: string) =>
    JSON.stringify(new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)),
  )
  return text === undefined ? value : JSON.parse(text)
}

function headerDifferences(recorded: Step['response']['headers'], ours: Headers, list: string, pairs: Pairs): readonly string[] {
  return Object.entries(recorded).flatMap(([name, value]) => {
    const actual = ours.get(name) ?? 'none'
    const same =
      name === 'x-ratelimit-remaining'
        ? /^\d+$/.test(actual)
        : name === 'x-ratelimit-reset'
          ? /^\d{4}-\d\d-\d\dT\d\d:\d[05]:00\.\d{6}Z$/.test(actual)
          : actual === translated(value, list, pairs)
    return same ? [] : [`${name}: recorded ${value}, ours ${actual}`]
  })
}

async function bodyDifferences(step: Step, response: Response, list: string, pairs: Pairs, days: number): Promise<readonly string[]> {
  const { body, text, length } = step.response
  const answer = await response.text()
  if (body === undefined) return answer === text ? [] : [`text: recorded ${text}, ours ${answer}`]
  const ours: unknown = JSON.parse(answer)
  const wanted = list === 'measures' ? moved(body, days) : body
  if (length === undefined || !Array.isArray(ours)) return differences(wanted, ours, list, pairs)
  const cut = [...ours.slice(0, 2), ours.at(-1)]
  return [...(ours.length === length ? [] : [`recorded ${length} entries, ours ${ours.length}`]), ...differences(wanted, cut, list, pairs)]
}

describe.each(VERSIONS)('the embedded Mastodon %s answers as the real one did', (version) => {
  let sandbox: Sandbox
  let days = 0
  const pairs = startPairs()

  beforeAll(async () => {
    sandbox = await startSandbox({ version })
    const [made] = await sandbox.query<{ day: string }>("select to_char(max(created_at), 'YYYY-MM-DD') as day from follows")
    days = Math.round((Date.parse(made?.day ?? '') - Date.parse(RECORDED_DAY)) / 86_400_000)
  })
  afterAll(() => sandbox.close())

  test.each(FILES)('%s', async (file) => {
    const ask = asking(sandbox)
    if (WAITED.has(file)) sandbox.newWindow()
    const wrong: string[] = []
    for (const step of steps(version, file)) {
      await UNRECORDED[`${file}/${step.name}`]?.(ask)
      const skips = leftOut.find((left) => left.file === file && left.step === step.name)?.skips
      if (skips === 'step') continue
      const { method, path, token, body } = step.request
      const list = listOf(path)
      const response = await ask(method, translated(path, list, pairs), token, list === 'measures' ? moved(body, days) : body)
      const inBody = skips === 'body' ? [] : await bodyDifferences(step, response, list, pairs, days)
      const inHeaders = headerDifferences(step.response.headers, response.headers, list, pairs)
      const status = response.status === step.response.status ? [] : [`status: recorded ${step.response.status}, ours ${response.status}`]
      wrong.push(...[...status, ...inHeaders, ...inBody].map((difference) => `${step.name}: ${difference}`))
    }
    expect(wrong).toEqual([])
  })
})
