import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { stringify } from 'yaml'
import { KINDS } from '../../src/kinds/index.ts'
import { renderDriftIssue } from '../../src/render/drift-issue.ts'
import { parsePlan } from '../../src/render/saved.ts'
import { openBrowser } from './browser.ts'
import { commentOn, farm, type Farm } from './farm.ts'
import { githubPage, type Post } from './github-page.ts'

// The README's pictures of GitHub: what the workflows wrote on the stand-in, for an embedded Mastodon, as GitHub shows it.

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
const blocked = (file: string, consent: number | undefined): string =>
  file.trimEnd() + `\n${stringify(BLOCKS.map((block) => (block.severity === 'suspend' && consent !== undefined ? { ...block, accept_severed_relationships: consent } : block)))}`.replaceAll(/\n(?=.)/g, '\n  ')

const TITLE = 'Thieves, a loud market, and Alice helps'

/** A proposal without consent, then with it; merged; then somebody changes things by hand. */
async function story(herd: Farm): Promise<Picture[]> {
  const { act } = herd.hub
  const list = herd.file('instance/domain-blocks.yaml')
  const moderators = herd.file('instance/moderators.yaml').replace(/^moderators:$/m, 'moderators:\n  - account: alice\n    role: Moderator')
  const rules = 'rules:\n  - key: pictures\n    text: Describe your pictures and films for those who cannot see them.\n'
  const push = (files: { readonly [path: string]: string }): Promise<string> => act.push({ by: 'mo', branch: 'thieves', files, message: TITLE })
  await push({ 'instance/domain-blocks.yaml': blocked(list, undefined) })
  const number = await act.openPull({ by: 'mo', branch: 'thieves', title: TITLE })
  await herd.settle()
  const picture = (name: string, of = ''): Picture => ({ name, page: githubPage(TITLE, number, [bot(commentOn(herd, number, of))]) })
  const refused = picture('refused')
  await push({ 'instance/domain-blocks.yaml': blocked(list, 60), 'instance/moderators.yaml': moderators, 'instance/rules.yaml': rules })
  await herd.settle()
  const comment = picture('comment')
  await act.merge(number, 'ann')
  await herd.settle()
  const applied = picture('applied', ':applied')
  const hand = herd.sandbox.handOf('second')
  await hand.changeBlock('meh.example', { severity: 'suspend' })
  await hand.blockDomain('wolves.example', { severity: 'suspend', public_comment: 'They come at night' })
  return [comment, refused, applied, await drift(herd)]
}

const bot = (body: string): Post => ({ by: 'github-actions', byBot: true, body })

async function drift(herd: Farm): Promise<Picture> {
  herd.desk()
  const { out } = await herd.herdbook(['plan', '--json'], 3)
  const issue = renderDriftIssue(parsePlan(out), { kinds: KINDS, visibility: 'public' })
  if (issue === null) throw new Error('What was changed by hand is not told.')
  return { name: 'drift', page: githubPage(issue.title, 2, [bot(issue.body)]) }
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
