import { afterAll, beforeAll, expect, it } from 'vitest'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'

let herd: Farm
beforeAll(async () => {
  herd = await farm({
    token: 'announce',
    files: { 'instance/policy.yaml': 'announce:\n  visibility: unlisted\n  notice_days: 7\n' },
  })
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const DAY = 86_400_000
const inWords = (time: number): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(time)

/** Opens a pull request that adds an entry, and answers its comment. */
async function propose(
  branch: string,
  entry: string,
): Promise<{ readonly number: number; readonly comment: string; readonly log: string }> {
  await herd.hub.act.push({ by: 'mo', branch, files: { [BLOCKS]: `${herd.file(BLOCKS)}\n${entry}` } })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: 'Block' })
  const { stdout, stderr } = ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  return { number, comment: commentOn(herd, number), log: stdout + stderr }
}

it('a pull request says that members are told first; its merge, when they were; the next, that it waits', async () => {
  const from = inWords(Math.ceil((Date.now() + 7 * DAY) / DAY) * DAY)
  const { number, comment, log } = await propose(
    'bad',
    '  - domain: bad.example\n    severity: suspend\n    accept_severed_relationships: 60\n',
  )
  const held =
    `1 change waits until ${from} or later, because members are informed first. ` +
    'The first apply from that day on makes it.'
  expect(comment).toMatch(
    new RegExp(
      '^<!-- herdbook:production -->\\n<!-- herdbook-plan v1 head=[0-9a-f]{40} -->\\n### Blocks `bad\\.example`\\. ' +
        `Removes [^\\n]*\\n\\n\\*\\*Merging this approves 1 change\\*\\*\\. ${held}\\n`,
    ),
  )
  expect(comment).toMatch(
    new RegExp(
      'Blocks `bad\\.example` · [^\\n]*<br>Herdbook informs members first\\. ' +
        `It applies this on ${from} or later\\.\\n`,
    ),
  )
  expect(log).toContain(`Herdbook informs members first. It applies this on ${from} or later.`)

  await herd.hub.act.merge(number, 'ann')
  expect(ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply').exit).toBe(0)
  expect(commentOn(herd, number, ':applied')).toMatch(
    /^<!-- .* -->\n### 1 to apply on a later day, of 1 change [^]*announced on/,
  )
  expect(commentOn(herd, number, ':applied')).not.toContain('Herdbook informs members first')

  const next = await propose('mild', '  - domain: mild.example\n    severity: limit\n')
  expect(next.comment).toMatch(
    new RegExp(
      `Already approved, not applied yet · 1 change[^]*<br>Members were informed on ${inWords(Date.now())}\\. ` +
        `Herdbook applies this on ${from} or later\\.`,
    ),
  )
  expect(next.comment).toContain(
    "**Merging this approves 1 change** and applies it: 1 call to Mastodon's API (seconds). " +
      '1 change from earlier merges is not applied before a later day.\n',
  )
})
