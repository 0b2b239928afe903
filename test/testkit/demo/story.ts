import { styleText } from 'node:util'
import { EXIT, fail } from '../../../src/instance/diagnostic.ts'
import type { GitHub } from '../github/index.ts'
import { say, type Io } from '../../../src/session/io.ts'
import type { WebAction } from '../../../src/demo/start-server.ts'

/**
 * What the story needs: GitHub, the night at Mastodon's web interface, and workflows that run after an event.
 */
export interface Scene {
  readonly hub: GitHub
  readonly hand: (deed: WebAction) => Promise<void>
  readonly settle: () => Promise<void>
  /** Shown on the screen: what happens, and what people then see on GitHub. */
  readonly tell: (text: string) => void
  readonly show: (what: string, markdown: string) => void
}

const FORM = `### Domain to block

rustlers.example

### How strictly

suspend: nothing comes in, and follows in both directions are cut for good

### Also refuse

- [ ] Their pictures and videos
- [ ] Their reports

### Why

Organised theft of accounts

### Where it can be seen

_No response_

### Your name

- [X] Name me in the pull request`

/** A member asks with a form, moderators decide, it becomes live. Then a block made at night is found and adopted. */
export async function tellGitHubStory(scene: Scene): Promise<void> {
  const { hub, hand, settle, tell, show } = scene
  const { act } = hub

  tell('1  A member who never saw Git asks for a block')
  const issue = await act.openIssue({
    by: 'meadow',
    title: 'Block: rustlers.example',
    body: FORM,
    labels: ['herdbook: ask'],
  })
  show(`Issue #${issue} by @meadow`, FORM)

  tell('2  A moderator agrees and adds a label: Herdbook makes a pull request, and plans it')
  await act.label(issue, 'herdbook: accept', 'second')
  await settle()
  const asked = newestPull(hub)
  show(`Pull request #${asked.number}: ${asked.title}`, asked.body ?? '')
  show(`Comment on #${asked.number}`, planOf(hub, asked.number))

  tell('3  Another moderator reads the comment, approves and merges: the block is live')
  await act.review(asked.number, 'clover')
  await act.merge(asked.number, 'clover', 'squash')
  await settle()
  show(`Comment on #${asked.number}`, appliedOn(hub, asked.number))
  show(`Issue #${issue} is ${hub.state.issues.get(issue)?.state ?? 'gone'}`, appliedOn(hub, issue))

  tell("4  At 3 a.m. @second blocks wolves.example in Mastodon's own web interface")
  await hand({ does: 'block', domain: 'wolves.example', comment: 'They come at night' })
  await act.schedule('47 2 * * *')
  await settle()
  const drift = driftIssue(hub)
  show(`Issue #${drift.number}: ${drift.title}`, drift.body ?? '')

  tell('5  In the morning, a moderator ticks a box on a telephone: Herdbook opens the pull request that adopts it')
  await act.tick(drift.number, 'adopt domain-block/wolves.example', 'clover')
  await settle()
  const adopting = newestPull(hub)
  show(`Pull request #${adopting.number}: ${adopting.title}`, adopting.body ?? '')
  show(`Comment on #${adopting.number}`, planOf(hub, adopting.number))
  await act.merge(adopting.number, 'second', 'squash')
  await settle()
  show(
    `Issue #${drift.number} is ${hub.state.issues.get(drift.number)?.state ?? 'gone'}`,
    lastComment(hub, drift.number),
  )
}

/** The part of a text that people see, without the part for machines. */
export const seen = (markdown: string): string =>
  markdown
    .replaceAll(/<!-- [^\n]*? -->/g, '')
    .replaceAll(/<\/?sub>/g, '')
    .replaceAll(/(?<![ \t])[ \t]+$/gm, '')
    .trim()

type Issue = NonNullable<ReturnType<GitHub['state']['issues']['get']>>

const newestPull = ({ state }: GitHub): Issue =>
  [...state.issues.values()].findLast(({ pull }) => pull !== null) ?? missing('no pull request')
const driftIssue = ({ state }: GitHub): Issue =>
  [...state.issues.values()].findLast(({ labels, pull }) => pull === null && labels.includes('herdbook: drift')) ??
  missing('no drift issue')
const commentsOn = ({ state }: GitHub, issue: number): string[] =>
  [...state.comments.values()].filter((one) => one.issue === issue).map(({ body }) => body)
const lastComment = (hub: GitHub, issue: number): string =>
  commentsOn(hub, issue).at(-1) ?? missing(`no comment on #${issue}`)
const planOf = (hub: GitHub, issue: number): string =>
  commentsOn(hub, issue).find((body) => body.startsWith('<!-- herdbook:production -->')) ??
  missing(`no plan on #${issue}`)
const appliedOn = (hub: GitHub, issue: number): string =>
  commentsOn(hub, issue).find((body) => body.startsWith('<!-- herdbook:production:applied -->')) ??
  missing(`no report on #${issue}`)

const missing = (what: string): never =>
  fail(EXIT.defect, 'demo-stuck', `The story needs something that is not there: ${what}.`)

/** Tells the story on a terminal. */
export function tellers(io: Io): Pick<Scene, 'tell' | 'show'> {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream: io.stdout })
  return {
    tell: (text) => say(io, `\n\n${paint('bold', `── ${text} ${'─'.repeat(Math.max(0, 74 - text.length))}`)}`),
    show: (what, markdown) =>
      say(
        io,
        `\n${paint('cyan', what)}\n${seen(markdown)
          .split('\n')
          .map((line) => `  ${paint('dim', '│')} ${line}`)
          .join('\n')}`,
      ),
  }
}
