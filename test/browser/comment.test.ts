import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderApplied } from '../../src/comments/applied.ts'
import { renderDifferences } from '../../src/comments/stranger-pull-request.ts'
import { renderDriftIssue } from '../../src/comments/drift-issue.ts'
import { renderMarkdown, type PullRequestFacts } from '../../src/comments/plan.ts'
import { openBrowser } from '../support/browser.ts'
import { githubPage } from '../support/github-page.ts'
import { anyPlan, anyReport, HOSTILE } from '../support/plan-arbitrary.ts'
import { EMPTY, SAMPLE, difference, step } from '../support/plans.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

interface Seen {
  /** What the page asked the network for. */
  readonly requests: readonly string[]
  /** What ran or spoke without being asked. */
  readonly alive: readonly string[]
  /** Elements that have no business in a text of ours. */
  readonly strange: readonly string[]
  /** How wide the page is, in pixels. */
  readonly width: number
}

/** Opens comments, one after the other, in a window of a telephone or a desktop. */
async function open(bodies: readonly string[], width: number): Promise<Seen> {
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  const [requests, alive]: [string[], string[]] = [[], []]
  await page.route('**', (route) => {
    requests.push(route.request().url())
    return route.abort()
  })
  page.on('dialog', (dialog) => {
    alive.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('popup', (popup) => void alive.push(popup.url()))
  page.on('console', (message) => void alive.push(message.text()))
  await page.setContent(
    githubPage(
      'A pull request',
      1,
      bodies.map((body) => ({ by: 'github-actions', byBot: true, body })),
    ),
    { waitUntil: 'load' },
  )
  const strange = await page
    .locator(
      '.markdown-body :is(script, style, img, iframe, object, embed, form, ' +
        'video, audio, link, meta, base, [onerror], [onload], [onclick])',
    )
    .evaluateAll((found) => found.map((one) => one.outerHTML))
  const wide = await page.evaluate('document.documentElement.scrollWidth')
  await page.close()
  return { requests, alive, strange, width: Number(wide) }
}

const PROPOSAL: PullRequestFacts = {
  pullRequest: 12,
  base: 'a'.repeat(40),
  head: 'b'.repeat(40),
  leftover: new Set(['f'.repeat(64)]),
  withheld: new Map(),
  byFiles: ['role'],
  edits: {
    notUsed: ['the API of instance.yaml'],
    inForce: [{ key: 'raises', before: null, after: HOSTILE.join('\n') }],
    runs: ['.github/workflows/x.yml'],
    others: ['README.md'],
  },
  run: 'https://github.com/herd/instance/actions/runs/7',
}
const PUBLIC = { kinds: KINDS, visibility: 'public' } as const

const texts = (plan: typeof SAMPLE): string[] => [
  renderMarkdown(plan, { ...PUBLIC, proposal: PROPOSAL, sourceOf: () => HOSTILE.join('\n') }),
  renderDifferences(plan, {
    kinds: KINDS,
    head: PROPOSAL.head,
    base: PROPOSAL.base,
    publicView: { domainBlocks: null, rules: [] },
  }),
  renderDriftIssue(plan, PUBLIC)?.body ?? '',
]

describe('what is written on GitHub, opened in Chromium', () => {
  test('asks the network for nothing and fits a telephone and a desktop', async () => {
    const report = {
      plan: SAMPLE,
      done: SAMPLE.steps,
      failed: [],
      skipped: [],
      notReached: [],
      paid: [],
      ended: [],
      unfinished: [],
      looked: [],
      remaining: [],
      findings: [],
    }
    for (const width of [400, 900])
      expect(await open([...texts(SAMPLE), renderApplied(report, PUBLIC)], width)).toEqual({
        requests: [],
        alive: [],
        strange: [],
        width,
      })
  })

  test('is dead whatever the names in it', async () => {
    const steps = HOSTILE.map((id) =>
      step('role', id, { hazard: 'irreversible', note: id, changes: [{ field: id, before: id, after: `${id}!` }] }),
    )
    const drift = HOSTILE.map((id) =>
      difference('role', id, 'drift', { fields: [id], desired: { [id]: id }, live: { [id]: `${id}!` } }),
    )
    const hostile = {
      ...EMPTY,
      steps,
      drift,
      findings: HOSTILE.map((message) => ({ code: 'x', severity: 'error' as const, message, hint: message })),
    }
    const [plans, reports] = [
      fc.sample(anyPlan, { numRuns: 15, seed: 4 }),
      fc.sample(anyReport, { numRuns: 15, seed: 4 }),
    ]
    const bodies = [
      ...texts(hostile),
      ...plans.flatMap(texts),
      ...reports.map((report) => renderApplied(report, PUBLIC)),
    ]
    expect(await open(bodies, 400)).toEqual({ requests: [], alive: [], strange: [], width: 400 })
  })

  test('would not be, were names written as they are', async () => {
    const seen = await open(
      [
        'Blocks ![beacon](https://evil.example/x.png)',
        'Limits <img src="data:," onerror="console.log(1)">',
        '<div style="width: 900px">wide</div>',
      ],
      400,
    )
    expect(seen.requests).toEqual(['https://evil.example/x.png'])
    expect(seen.alive).toContain('1')
    expect(seen.strange).toHaveLength(2)
    expect(seen.width).toBeGreaterThan(900)
  })
})
