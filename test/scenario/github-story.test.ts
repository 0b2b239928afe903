import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { seen, tellGitHubStory } from '../testkit/demo/story.ts'
import { start } from '../support/cli.ts'
import { farm } from '../support/github-instance.ts'
import type { JobRun } from '../support/runner.ts'

const DEMO = join(import.meta.dirname, '../testkit/demo/main.ts')

const STORY = [
  /^Issue #1 by @meadow\n[^]*rustlers\.example/,
  /^Pull request #2: Block rustlers\.example \(#1\)\nCloses #1\.[^]*@meadow[^]*Before you merge/,
  /^Comment on #2\n### Blocks `rustlers\.example`\.[^]*Merging this approves 1 change/,
  /^Comment on #2\n\*\*Applied\*\*: blocks `rustlers\.example`\..* after the merge/,
  /^Issue #1 is closed\n\*\*Applied\*\*: blocks `rustlers\.example`/,
  /^Issue #3: herd\.example: 1 added by hand\n[^]*`wolves\.example`[^]*\*\*Adopt\*\*: copy it into the files/,
  /^Pull request #4: Adopt domain-block\/wolves\.example\n[^]*Merging changes nothing on the server/,
  /^Comment on #4\n\*\*No changes\*\*/,
  /^Issue #3 is closed\nThe server and the files agree/,
]

describe('a member asks by a form, moderators decide, the night is found out', () => {
  it('on the workflows as they stand', async () => {
    await using herd = await farm({ people: { clover: 'maintain', second: 'write' } })
    const shown: string[] = []
    const runs: JobRun[] = []
    await tellGitHubStory({
      hub: herd.hub,
      hand: async (deed) =>
        deed.does === 'block'
          ? herd.sandbox
              .handOf('second')
              .blockDomain(deed.domain, { severity: 'suspend', public_comment: deed.comment })
          : herd.sandbox.handOf('second').liftBlock(deed.domain),
      settle: async () => void runs.push(...(await herd.settle())),
      tell: () => {},
      show: (what, markdown) => void shown.push(`${what}\n${seen(markdown)}`),
    })
    expect(shown).toEqual(STORY.map((told) => expect.stringMatching(told)))
    const done = runs.flatMap((one) =>
      one.ran ? [`${one.job} ${one.result}${one.environment === null ? '' : ` in ${one.environment}`}`] : [],
    )
    expect(done).toEqual([
      'ask success in herdbook-plan',
      'apply success in herdbook-apply',
      'replan success in herdbook-plan',
      'drift success in herdbook-plan',
      'tick success in herdbook-plan',
      'apply success in herdbook-apply',
      'replan success in herdbook-plan',
    ])
    expect(
      await herd.rows(
        `select domain, severity from domain_blocks
         where domain in ('rustlers.example', 'wolves.example') order by domain`,
      ),
    ).toEqual([
      { domain: 'rustlers.example', severity: 1 },
      { domain: 'wolves.example', severity: 1 },
    ])
    expect(herd.file('instance/domain-blocks.yaml')).toContain('wolves.example')
  })

  it('as the demo shows it, with no server and no GitHub', async () => {
    const ran = await start(mkdtempSync(join(tmpdir(), 'herdbook-anywhere-')), [], { program: DEMO }).ran
    expect(ran.code, ran.out).toBe(0)
    const shown = ran.stdout
      .split('\n')
      .map((line) => line.replace(/^ {2}│ ?/, ''))
      .join('\n')
    for (const told of STORY) expect(shown).toMatch(new RegExp(told.source.replace(/^\^/, ''), 'm'))
    expect(ran.out).not.toContain('\u001b')
    expect(ran.out).not.toContain('herdbook-approvals')
    const folder = dirname(/stays in (\S+)\. Begin/.exec(ran.stdout)?.[1] ?? '/nowhere/at/all')
    expect(folder).toContain('herdbook-demo-')
    rmSync(folder, { recursive: true })
  })
})
