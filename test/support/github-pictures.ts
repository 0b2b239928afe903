import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { stringify } from 'yaml'
import { FORMS } from '../../src/forges/issue-form-texts.ts'
import { ACCEPT_LABEL, ASK_LABEL, DRIFT_LABEL } from '../../src/forges/issue-forms.ts'
import { openBrowser } from './browser.ts'
import { commentOn, farm, type Farm } from './github-instance.ts'
import { issueOf } from './forms.ts'
import { githubPage, type Post } from './github-page.ts'

// The README's pictures of GitHub: what the workflows wrote on the stand-in, for an embedded Mastodon, as GitHub shows
// it.

const FOLDER = resolve(import.meta.dirname, '../../.github/pictures')
/** As wide as a README shows it on a desktop. */
const WIDTH = 830

interface Picture {
  readonly name: string
  readonly page: string
}

const BLOCKS = [
  { domain: 'bad.example', severity: 'suspend', public_comment: 'Organised theft of accounts' },
  { domain: 'meh.example', severity: 'limit', public_comment: 'Advertisements all day' },
]
/** The file with two more blocks at its end. */
function blocked(file: string, consent: number | undefined): string {
  const blocks = BLOCKS.map((block) =>
    block.severity === 'suspend' && consent !== undefined ? { ...block, accept_severed_relationships: consent } : block,
  )
  return file.trimEnd() + `\n${stringify(blocks)}`.replaceAll(/\n(?=.)/g, '\n  ')
}

const TITLE = 'Thieves, a loud market, and Alice helps'

/** A proposal without consent, then with it; merged; a member asks by form; then somebody changes things by hand. */
async function story(herd: Farm): Promise<Picture[]> {
  const { act } = herd.hub
  const list = herd.file('instance/domain-blocks.yaml')
  const moderators = herd
    .file('instance/moderators.yaml')
    .replace(/^moderators:$/m, 'moderators:\n  - account: alice\n    role: Moderator')
  const rules = 'rules:\n  - key: pictures\n    text: Describe your pictures and films for those who cannot see them.\n'
  const push = (files: { readonly [path: string]: string }): Promise<string> =>
    act.push({ by: 'mo', branch: 'thieves', files, message: TITLE })
  await push({ 'instance/domain-blocks.yaml': blocked(list, undefined) })
  const number = await act.openPull({ by: 'mo', branch: 'thieves', title: TITLE })
  await herd.settle()
  const picture = (name: string, of = ''): Picture => ({
    name,
    page: githubPage(TITLE, number, [bot(commentOn(herd, number, of))]),
  })
  const refused = picture('refused')
  await push({
    'instance/domain-blocks.yaml': blocked(list, 60),
    'instance/moderators.yaml': moderators,
    'instance/rules.yaml': rules,
  })
  await herd.settle()
  const comment = picture('comment')
  await act.merge(number, 'ann')
  await herd.settle()
  const applied = picture('applied', ':applied')
  const asked = await fromForm(herd)
  const hand = herd.sandbox.handOf('second')
  await hand.changeBlock('meh.example', { severity: 'suspend' })
  await hand.blockDomain('wolves.example', { severity: 'suspend', public_comment: 'They come at night' })
  await act.schedule('47 2 * * *')
  await herd.settle()
  const drift = newest(herd, ({ labels, pull }) => pull === null && labels.includes(DRIFT_LABEL))
  return [
    comment,
    refused,
    applied,
    asked,
    { name: 'drift', page: githubPage(drift.title, drift.number, [bot(drift.body ?? '')]) },
  ]
}

const bot = (body: string): Post => ({ by: 'github-actions', byBot: true, body })

type Issue = NonNullable<ReturnType<Farm['hub']['state']['issues']['get']>>

/** The last issue, or pull request, that is what is looked for. */
function newest({ hub }: Farm, is: (issue: Issue) => boolean): Issue {
  const found = [...hub.state.issues.values()].findLast(is)
  if (!found) throw new Error('The workflows did not write what is to be shown.')
  return found
}

const [SUSPEND] = FORMS.block.fields.severity.options
const ANSWERS = {
  domain: 'media.example',
  severity: SUSPEND,
  why: 'Sells stolen pictures',
  named: FORMS.block.fields.named.options,
}

/** The pull request that a member's form becomes when a moderator accepts it. */
async function fromForm(herd: Farm): Promise<Picture> {
  const { act } = herd.hub
  const issue = await act.openIssue({
    by: 'meadow',
    title: 'Block: media.example',
    body: issueOf('block', ANSWERS),
    labels: [ASK_LABEL],
  })
  await act.label(issue, ACCEPT_LABEL, 'mo')
  await herd.settle()
  const { number, title, body } = newest(herd, ({ pull }) => pull !== null)
  return { name: 'asked', page: githubPage(title, number, [bot(body ?? ''), bot(commentOn(herd, number))]) }
}

const browser = await openBrowser()
const herd = await farm()
try {
  mkdirSync(FOLDER, { recursive: true })
  for (const { name, page } of await story(herd)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const tab = await browser.newPage({ viewport: { width: WIDTH, height: 200 }, colorScheme })
      await tab.setContent(page)
      writeFileSync(resolve(FOLDER, `${name}-${colorScheme}.png`), await tab.screenshot({ fullPage: true }))
      await tab.close()
    }
  }
} finally {
  await herd[Symbol.asyncDispose]()
  await browser.close()
}
process.exit()
