import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { startPairs } from './compare.ts'
import { RULES, steps } from './recorded.ts'
import { asking, bodyDifferences, headerDifferences, listOf, translated } from './replaying.ts'

/** What a recorded answer has that names no content type of its own. */
const USUAL = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'private, no-store' }
const AT_LEAST = 10

const ALL = Object.entries(RULES).flatMap(([version, rules]) =>
  rules.map((rule) => ({ version: version as keyof typeof RULES, rule })),
)

describe('what is asked oddly is answered as a real Mastodon answers it', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ version: '4.6.5' })
  })
  afterAll(() => sandbox.close())

  test.each(ALL)('$rule, as $version', async ({ version, rule }) => {
    const ask = asking(sandbox)
    const pairs = startPairs()
    const wrong: string[] = []
    await sandbox.query('truncate domain_blocks, domain_allows, email_domain_blocks, ip_blocks restart identity')
    sandbox.newWindow()
    for (const step of steps(version, rule)) {
      const { method, path, token, body, text, type, accept } = step.request
      const list = listOf(path)
      const response = await ask(method, translated(path, list, pairs), token, body, { text, type, accept })
      const { status, headers: said } = step.response
      const headers = 'content-type' in said ? said : { ...USUAL, ...said }
      const different = [
        ...(response.status === status ? [] : [`status: recorded ${status}, ours ${response.status}`]),
        // First: what it shows pairs the ids that `Link` names.
        ...(await bodyDifferences(step, response, list, pairs, 0)),
        ...headerDifferences(headers, response.headers, list, pairs),
      ]
      wrong.push(
        ...different.map(
          (difference) => `${method} ${path} ${text ?? JSON.stringify(body) ?? ''} ${accept ?? ''}: ${difference}`,
        ),
      )
    }
    expect(wrong).toEqual([])
  })

  test.each(ALL)(`$rule has at least ${AT_LEAST} different cases`, ({ version, rule }) => {
    const asked = new Set(steps(version, rule).map(({ request }) => JSON.stringify(request)))
    expect(asked.size).toBeGreaterThanOrEqual(AT_LEAST)
  })
})
