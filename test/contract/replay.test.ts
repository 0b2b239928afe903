import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { VERSIONS } from '../../src/sandbox/versions.ts'
import { startPairs } from './compare.ts'
import { FILES, leftOut, steps } from './recorded.ts'
import { asking, bodyDifferences, headerDifferences, listOf, moved, translated, type Ask } from './replaying.ts'

/**
 * Requests that were sent and not recorded, by the step before which they were: the recording's lists show what they
 * made.
 */
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

describe.each(VERSIONS)('the embedded Mastodon %s answers as the real one did', (version) => {
  let sandbox: Sandbox
  let days = 0
  const pairs = startPairs()

  beforeAll(async () => {
    sandbox = await startSandbox({ version })
    const [made] = await sandbox.query<{ day: string }>(
      "select to_char(max(created_at), 'YYYY-MM-DD') as day from follows",
    )
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
      const response = await ask(
        method,
        translated(path, list, pairs),
        token,
        list === 'measures' ? moved(body, days) : body,
      )
      const inBody = skips === 'body' ? [] : await bodyDifferences(step, response, list, pairs, days)
      const inHeaders = headerDifferences(step.response.headers, response.headers, list, pairs)
      const status =
        response.status === step.response.status
          ? []
          : [`status: recorded ${step.response.status}, ours ${response.status}`]
      wrong.push(...[...status, ...inHeaders, ...inBody].map((difference) => `${step.name}: ${difference}`))
    }
    expect(wrong).toEqual([])
  })
})
