import type { Farm } from '../support/github-instance.ts'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { call } from '../support/cli.ts'
import { issueOf } from '../support/forms.ts'
import { git, put } from '../support/git.ts'
import { expectInert, expectNoControls } from '../support/github-html.ts'
import { NASTY, nasty } from '../support/nasty.ts'
import { commands } from '../support/run-output.ts'
import { ran } from '../support/runner.ts'
import { FORMS } from '../../src/forges/issue-form-texts.ts'
import { appliedFarm, onFarm, SLOW, BLOCKS, LENGTH, expectInSight, WORDS } from '../support/content-attacks.ts'

let herd: Farm
beforeAll(async () => {
  herd = await appliedFarm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const { hand, night, proposed } = onFarm(() => herd)

// What somebody could try who writes texts: on the server, in files, in a list, or as the server itself.

describe('what somebody wrote on the server', SLOW, () => {
  const rule = WORDS.slice(0, 290)

  it('steers, hides and ticks nothing in the nightly issue, its summary and its log', async () => {
    await hand().changeSetting('site_short_description', WORDS.slice(0, 190))
    await hand().changeSetting('custom_css', `${WORDS}\n${nasty('addresses', LENGTH)}`)
    await hand().addRule({ text: rule, hint: WORDS })
    await hand().changeBlock('kept.example', { severity: 'noop', public_comment: WORDS, private_comment: WORDS })
    const { job, body } = await night()
    const boxes = body.match(/^- \[ \] \*\*(Adopt|Restore|Leave)\*\*/gm)?.length ?? 0
    expect(boxes).toBeGreaterThan(4)
    expect(body).not.toMatch(/^\s*- \[[xX]\]/m)
    expectInert(body, {
      links: ['https://github.com/'],
      comments:
        /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/,
      boxes,
    })
    expectInert(job.summary, {
      links: ['https://github.com/'],
      comments:
        /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/,
      boxes,
    })
    expect(commands(job)).toEqual([])
    for (const text of [body, job.stdout, job.stderr]) {
      expectNoControls(text)
      expectInSight(text)
    }
  })

  it('does no more in the plan of a pull request that touches the same, and approves nothing of its own', async () => {
    const words = JSON.stringify(WORDS.replaceAll(/[^\P{C}\n]/gu, ''))
    const { job, comment, check } = await proposed({
      [BLOCKS]:
        `${herd.file(BLOCKS).replace(/severity: none/, `severity: limit\n    public_comment: ${words}`)}\n` +
        `  - domain: words.example\n    severity: none\n    public_comment: ${words}\n`,
    })
    expect(comment).toMatch(/^\+[^\n]*\[400 blanks\] and all of its members/m)
    const rows = comment.trimEnd().split('\n')
    expectInert(comment, {
      links: ['https://github.com/'],
      comments: [rows[0] ?? '', rows[1] ?? '', rows.at(-1) ?? ''],
    })
    expect(comment.match(/^<!-- herdbook-approvals/gm)).toHaveLength(1)
    expect(rows.at(-1)).toMatch(/^<!-- herdbook-approvals v2 seal=(?!0{32})/)
    expect(commands(job)).toEqual([])
    for (const text of [comment, job.stdout, job.stderr, job.summary, check]) {
      expectNoControls(text)
      expectInSight(text)
    }
  })

  it.each(NASTY.filter((_, i) => i % 8 === 0))(
    'of 300 kB in a setting, a rule and a comment keeps the night from nothing: %s',
    async (kind) => {
      const text = nasty(kind, LENGTH).toWellFormed()
      await hand().changeSetting('custom_css', text)
      await hand().changeBlock('kept.example', { severity: 'noop', public_comment: text, private_comment: text })
      await hand().changeRule(rule, { text: rule, hint: text })
      const { job, body } = await night()
      expect([job.exit, job.stdout, job.stderr]).toEqual([0, '', ''])
      expect(body).toMatch(/`?custom_css`?[^]*kept\.example|kept\.example[^]*custom_css/)
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    },
  )
})

describe('whoever writes a list that is imported', SLOW, () => {
  it('steers no terminal and no runner by what is skipped', async () => {
    const dir = herd.desk()
    put(dir, {
      'list.csv':
        '#domain,#severity\n"kept.example\n::add-mask::x\u001b[2J",suspend\n' +
        `fresh-one.example,"su\u001b[8mspend"\n"${'x'.repeat(50_000)}.example",suspend\nfine-one.example,limit\n`,
    })
    const { out } = await call(dir, ['block', '--from', 'list.csv'], {
      env: {
        GITHUB_ACTIONS: 'true',
        CI: 'true',
        HERDBOOK_TOKEN: herd.sandbox.tokens.apply,
        HERDBOOK_READ_TOKEN: herd.sandbox.tokens.plan,
      },
    })
    git(dir, 'checkout', '--quiet', '.')
    expectNoControls(out)
    expect(out).not.toMatch(/^\s*::add-mask/m)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(4_500)
  })
})

describe('whoever fills in a form', SLOW, () => {
  it('forges no trailer, closes nothing, mentions nobody: in title, commit and text of the pull request', async () => {
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { 'instance/rules.yaml': 'rules:\n  - key: be-kind\n    text: Be kind.\n' },
    })
    herd.events.length = 0
    const lines =
      'Closes #1 @everyone\n\nAsked-By: ann\nHerdbook-Restore: domain-block/kept.example\n' +
      'Herdbook-Seal: 00000000000000000000000000000000'
    const wishes: readonly (readonly ['rule' | 'block', Parameters<typeof issueOf>[1]])[] = [
      ['rule', { text: 'Closes #1 @everyone Asked-By: ann Herdbook-Restore: rule/be-kind', why: lines }],
      ['block', { domain: 'forged.example', severity: FORMS.block.fields.severity.options[1], why: lines }],
    ]
    for (const [form, answers] of wishes) {
      const issue = await herd.hub.act.openIssue({
        by: 'member',
        title: 'x',
        body: issueOf(form, answers),
        labels: ['herdbook: ask'],
      })
      await herd.hub.act.label(issue, 'herdbook: accept', 'ann')
      ran(await herd.settle(), 'ask')
      const answer = [...herd.hub.state.comments.values()].filter((one) => one.issue === issue).at(-1)?.body ?? ''
      const pull = herd.hub.state.issues.get(Number(/^Proposed in #(\d+)\./.exec(answer)?.[1]))
      const message = git(herd.hub.git, 'log', '-1', '--format=%B', pull?.pull?.head.commit ?? answer)
      expect(
        git(herd.hub.git, 'log', '-1', '--format=%(trailers:only)', pull?.pull?.head.commit ?? '')
          .trim()
          .split('\n')
          .map((line) => line.replace(/[0-9a-f]{32}$/, 'SEAL')),
      ).toEqual(['Asked-By: ann member', 'Herdbook-Seal: SEAL'])
      expect(`${pull?.title}\n${message}`).not.toMatch(/Closes|@everyone|Restore/)
      expectInert((pull?.body ?? '').replace(`Closes #${issue}.`, ''), {
        boxes: pull?.body?.match(/^- \[ \] /gm)?.length ?? 0,
      })
    }
  })
})

describe('whoever commits', SLOW, () => {
  it('says nothing in our name by a message, in whatever encoding', async () => {
    const { comment } = await proposed(
      { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: said.example\n    severity: none\n` },
      `Change\n\nAsked-By: zoe\nHerdbook-Seal: ${'0'.repeat(32)}\n` +
        'Herdbook-Restore: moderator/owner ../../x %00 rule/%0a::add-mask::x\n',
    )
    expect(comment).not.toContain('asked-by=')
    expect(comment).not.toContain('restore=')
    expect(comment).toContain('restoring moderator/owner is not part of this plan')
    expectInert(comment, { links: ['https://github.com/'], comments: comment.match(/^<!--.*-->$/gm) ?? [] })
  })
})
