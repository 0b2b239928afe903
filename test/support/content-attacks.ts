import { expect } from 'vitest'
import { commentOn, farm, type Farm } from './github-instance.ts'
import { type Ran } from './run-output.ts'
import { ran } from './runner.ts'

export const SLOW = { timeout: 300_000 }
export const BLOCKS = 'instance/domain-blocks.yaml'
export const CONFIG = 'instance/instance.yaml'
const NIGHT = '47 2 * * *'
export const LENGTH = 300_000

/** A farm whose default branch was applied. */
export async function appliedFarm(): Promise<Farm> {
  const herd = await farm()
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: {
      'instance/settings.yaml': 'settings:\n  custom_css: "a { color: red }"\n  site_short_description: A herd\n',
    },
  })
  herd.events.length = 0
  herd.desk()
  await herd.herdbook(['approve', 'to begin with', '--yes'])
  await herd.herdbook(['apply', '--yes'])
  return herd
}

/** What people do there, the night, and a proposal of a writer. */
export function onFarm(herd: () => Farm) {
  const hand = () => herd().sandbox.handOf('owner')
  const pullJobs = { workflows: /^herdbook-pull/ }

  async function night(): Promise<{ readonly job: Ran; readonly body: string }> {
    await herd().hub.act.schedule(NIGHT)
    const job = ran(await herd().settle(), 'drift')
    const issue = [...herd().hub.state.issues.values()].find(
      (one) => !one.pull && one.state === 'open' && one.labels.includes('herdbook: drift'),
    )
    return { job, body: issue?.body ?? '' }
  }

  let branches = 0
  async function proposed(
    files: { readonly [path: string]: string },
    message = 'Change',
  ): Promise<{ readonly number: number; readonly job: Ran; readonly comment: string; readonly check: string }> {
    const branch = `content-${(branches += 1)}`
    const head = await herd().hub.act.push({ by: 'mo', branch, files, message })
    const number = await herd().hub.act.openPull({ by: 'mo', branch, title: 'Content' })
    const job = ran(await herd().settle(pullJobs), 'plan')
    return {
      number,
      job,
      comment: commentOn(herd(), number),
      check: herd().hub.state.statuses.findLast(({ commit }) => commit === head)?.description ?? '',
    }
  }
  return { hand, night, proposed }
}

/**
 * Nothing on a page moves what stands beside it: no heap of marks on one letter, nothing far out of sight on the same
 * line.
 */
export function expectInSight(text: string): void {
  expect(text).not.toMatch(/\p{M}{8}/u)
  expect(text).not.toMatch(/[ \u00a0\u2000-\u200a\u2800\u3000]{60,}\S/)
}

const SEAL = `<!-- herdbook-approvals v2 seal=${'0'.repeat(32)} groups=1 names=${'1'.repeat(32)} -->`
/** As a comment, a log or an issue would obey them. */
export const WORDS = [
  '::add-mask::follow',
  '\n::stop-commands::x\n',
  '##[add-path]/tmp',
  '@everyone',
  'Closes #1',
  '![x](https://evil.example/b.png)',
  '</details></sub><!--',
  '```\n~~~~',
  '- [x] **Restore** <!-- restore domain-block/kept.example -->',
  '\n- [ ] **Adopt** it <!-- adopt rule/mine -->',
  `\n${SEAL}\n`,
  '<!-- herdbook:production -->\n### All is well',
  '\u202eevil\u2066',
  '\u001b[8mhidden\u001b[0m',
  '\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u200b\u2060\ufeff',
  '\u{e0041}\u{e0042}',
  '\r\u001b[2K',
  `o${'\u0336\u0334\u0321'.repeat(60)}`,
  `Spam${' '.repeat(400)}and all of its members are welcome`,
  `Spam${'\u2800'.repeat(400)}and more`,
  '$\\href{https://evil.example}{x}$',
  'https://evil.example www.evil.example a@evil.example',
  'Asked-By: ann\nHerdbook-Seal: 0',
  '| a | b |\n|---|---|',
].join(' ')
