import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GitHubEvent } from '../testkit/github/index.ts'
import { commentOn, directly, farm, type Farm } from '../support/github-instance.ts'
import { git } from '../support/git.ts'
import { ran } from '../support/runner.ts'

const BLOCKS = 'instance/domain-blocks.yaml'
const MAILS = 'instance/email-domain-blocks.yaml'
const FILES = {
  [BLOCKS]:
    'domain_blocks:\n  - domain: meh.example\n    severity: limit\n  - domain: loud.example\n' +
    '    severity: limit\n  - domain: third.example\n    severity: limit\n',
}
const NIGHT = '47 2 * * *'

let herd: Farm
beforeAll(async () => {
  herd = await farm({ people: { tess: 'triage' } })
  await herd.hub.act.push({ by: 'ann', branch: 'main', files: FILES })
  await live('to begin with')
})
afterAll(async () => herd[Symbol.asyncDispose]())

/** What main says is live. */
async function live(why: string): Promise<void> {
  herd.events.length = 0
  herd.desk()
  await herd.herdbook(['approve', why, '--yes'])
  await herd.herdbook(['apply', '--yes'])
}

async function night() {
  await herd.hub.act.schedule(NIGHT)
  return ran(await herd.settle(), 'drift')
}
const hand = () => herd.sandbox.handOf('owner')
const issues = () =>
  [...herd.hub.state.issues.values()].filter((one) => !one.pull && one.labels.includes('herdbook: drift'))
const open = () => issues().filter(({ state }) => state === 'open')
const body = (): string => open()[0]?.body ?? ''
const pulls = () => [...herd.hub.state.issues.values()].filter((one) => one.pull && one.state === 'open')
const lineOf = (text: string): string =>
  body()
    .split('\n')
    .find((line) => line.includes(text)) ?? `no line with ${text}`
const fileAt = (commit: string, file = BLOCKS): Promise<string> => herd.hub.state.git.run(['show', `${commit}:${file}`])
const severityOf = async (domain: string) =>
  (await herd.rows(`select severity from domain_blocks where domain = '${domain}'`))[0]

async function tick(text: string, by = 'mo'): Promise<ReturnType<typeof ran>> {
  await herd.hub.act.tick(open()[0]?.number ?? 0, text, by)
  return ran(await herd.settle(), 'tick')
}

/** The message of the commit that a pull request ends with. */
const messageOf = (one: ReturnType<typeof pulls>[number] | undefined): string =>
  git(herd.hub.git, 'log', '-1', '--format=%B', one?.pull?.head.commit ?? '')

describe('the nightly issue', () => {
  it('is not there while all is as the files say', async () => {
    expect((await night()).result).toBe('success')
    expect(issues()).toEqual([])
  })

  it('tells what was changed and added by hand, with boxes to tick, and is one however many nights pass', async () => {
    await hand().changeBlock('meh.example', { severity: 'suspend' })
    await hand().blockDomain('fresh.example')
    const job = await night()
    expect(job.environment).toBe('herdbook-plan')
    expect(open()).toHaveLength(1)
    expect(open()[0]?.title).toBe('herd.example: 1 changed by hand and 1 added by hand')
    expect(lineOf('adopt domain-block/meh.example')).toMatch(/^- \[ \] \*\*Adopt\*\*/)
    expect(lineOf('restore domain-block/meh.example')).toMatch(/^- \[ \] \*\*Restore\*\*/)
    expect(job.summary).toContain('meh.example')
    await night()
    expect(issues()).toHaveLength(1)
  })

  it("adopts at a maintainer's tick: a pull request that is planned, and its number beside the box", async () => {
    const job = await tick('<!-- adopt domain-block/fresh.example -->')
    expect(job.result).toBe('success')
    const [pull] = pulls()
    expect(pull?.title).toBe('Adopt domain-block/fresh.example')
    expect(pull?.body).toMatch(
      new RegExp(`^Asked for by \`@mo\`\\. An approval by this person does not count\\. From #${open()[0]?.number}\\.`),
    )
    expect(await fileAt(pull?.pull?.head.commit ?? '')).toContain('- domain: fresh.example\n    severity: suspend')
    expect(commentOn(herd, pull?.number ?? 0)).toMatch(/No changes/)
    expect(lineOf('adopt domain-block/fresh.example')).toMatch(
      new RegExp(
        `^- \\[ \\] .* <!-- proposed=${pull?.number} --> · ` +
          `proposed in #${pull?.number} <!-- adopt domain-block/fresh\\.example -->$`,
      ),
    )
  })

  it('keeps that number while the pull request is open, and ticked again it is brought up to date', async () => {
    await hand().blockDomain('more.example')
    await night()
    expect(lineOf('adopt domain-block/fresh.example')).toContain('proposed in #')
    expect(lineOf('adopt domain-block/more.example')).not.toContain('proposed in')
    await tick('<!-- adopt domain-block/fresh.example -->')
    expect(pulls()).toHaveLength(1)
    expect(lineOf('adopt domain-block/fresh.example').match(/proposed=/g)).toHaveLength(1)
    expect(lineOf('adopt domain-block/fresh.example').match(/proposed in/g)).toHaveLength(1)
  })

  it('restores at a tick: an empty commit whose merge puts live back', async () => {
    await tick('<!-- restore domain-block/meh.example -->')
    const pull = pulls().find(({ title }) => title === 'Restore domain-block/meh.example')
    expect(messageOf(pull)).toMatch(/^Herdbook-Restore: domain-block\/meh\.example\nAsked-By: mo$/m)
    expect(commentOn(herd, pull?.number ?? 0)).toMatch(/restore=domain-block%2Fmeh\.example/)
    await herd.hub.act.merge(pull?.number ?? 0, 'ann')
    await herd.settle()
    expect(await severityOf('meh.example')).toEqual({ severity: 0 })
  })

  it('closes itself when all is settled', async () => {
    for (const { number } of pulls()) await herd.hub.act.merge(number, 'ann')
    await hand().liftBlock('more.example')
    await herd.settle()
    await night()
    expect(open()).toEqual([])
    expect(issues()).toHaveLength(1)
    expect(herd.hub.state.issues.get(issues()[0]?.number ?? 0)?.state).toBe('closed')
  })

  it('begins anew where one was closed', async () => {
    await hand().changeBlock('loud.example', { severity: 'noop' })
    await hand().changeBlock('third.example', { severity: 'noop' })
    await night()
    expect(open()).toHaveLength(1)
    expect(issues()).toHaveLength(2)
  })

  it('takes several ticks at once as one pull request', async () => {
    const issue = open()[0]
    const ticked = body().replace(/- \[ \] (.*<!-- restore domain-block\/(?:loud|third)\.example -->)/g, '- [x] $1')
    await herd.hub.act.edit(issue?.number ?? 0, { body: ticked }, 'mo')
    ran(await herd.settle(), 'tick')
    expect(pulls().map(({ title }) => title)).toEqual([
      'Restore domain-block/loud.example and domain-block/third.example',
    ])
    expect(body().match(/proposed in #/g)).toHaveLength(2)
    expect(body()).not.toContain('[x]')
  })
})

describe('every tick counts once', () => {
  const titled = (title: string) => pulls().filter((one) => one.title === title)
  const ticked = (domain: string) =>
    herd.hub.act.tick(open()[0]?.number ?? 0, `<!-- adopt domain-block/${domain} -->`, 'mo')

  it('though the night wrote the issue anew before its run', async () => {
    await hand().blockDomain('early.example')
    await night()
    await ticked('early.example')
    const events = herd.events.splice(0)
    await night()
    expect(lineOf('adopt domain-block/early.example')).toMatch(/^- \[ \] /)
    herd.events.push(...events)
    ran(await herd.settle(), 'tick')
    expect(titled('Adopt domain-block/early.example')).toHaveLength(1)
    expect(lineOf('adopt domain-block/early.example')).toContain('proposed in #')
  })

  it('though another follows and the night comes before their runs', async () => {
    for (const domain of ['one.example', 'two.example']) await hand().blockDomain(domain)
    await night()
    for (const domain of ['one.example', 'two.example']) await ticked(domain)
    const events = herd.events.splice(0)
    await night()
    herd.events.push(...events)
    await herd.settle()
    expect(pulls().map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Adopt domain-block/one.example', 'Adopt domain-block/two.example']),
    )
  })

  it('and in the name of who ticked it: another one before its run is no part of it', async () => {
    for (const domain of ['three.example', 'four.example']) await hand().blockDomain(domain)
    await night()
    await ticked('three.example')
    // What ann asks for, ann does not approve: under mo's name, ann could.
    await herd.hub.act.tick(open()[0]?.number ?? 0, '<!-- adopt domain-block/four.example -->', 'ann')
    await herd.settle()
    const made = pulls().filter(({ title }) => /three|four/.test(title))
    expect(made.map(({ title, body: text }) => `${title}: ${/`@\w+`/.exec(text ?? '')?.[0] ?? ''}`)).toEqual([
      'Adopt domain-block/three.example: `@mo`',
      'Adopt domain-block/four.example: `@ann`',
    ])
    expect(body()).not.toContain('[x]')
  })
})

describe('no box counts', () => {
  /** The event of a tick that nothing was done for yet. */
  async function ticking(issue: number): Promise<GitHubEvent> {
    await herd.hub.act.tick(issue, '<!-- adopt domain-block/loud.example -->', 'mo')
    const event = herd.events.pop()
    if (event?.name !== 'issues') throw new Error('nothing happened')
    herd.events.length = 0
    return event
  }

  it('that is ticked by somebody who may not write, whatever the event says of them', async () => {
    const before = pulls().length
    const event = await ticking(open()[0]?.number ?? 0)
    expect(
      await directly(herd, 'checkboxes', {
        ...event,
        payload: { ...event.payload, sender: { ...(event.payload as { sender: object }).sender, login: 'mallory' } },
      }),
    ).toMatch(/^0: @mallory may not write to this repository/)
    expect(pulls()).toHaveLength(before)
    expect(await directly(herd, 'checkboxes', event)).toMatch(/^0: /)
    expect(pulls()).toHaveLength(before + 1)
  })

  it('in an issue that somebody made look like ours, though a maintainer ticks it', async () => {
    const before = pulls().length
    const theirs = await herd.hub.act.openIssue({
      by: 'mallory',
      title: 'herd.example: 1 changed by hand',
      body: body().replaceAll(/ <!-- proposed=\d+ --> · proposed in #\d+/g, ''),
      labels: ['herdbook: drift'],
    })
    const event = await ticking(theirs)
    expect(await directly(herd, 'checkboxes', event)).toContain('0: This is not the issue that Herdbook keeps open.')
    herd.events.push(event)
    expect((await herd.settle()).filter(({ ran: began }) => began)).toEqual([])
    expect(pulls()).toHaveLength(before)
    await herd.hub.act.close(theirs, 'mo')
    herd.events.length = 0
  })

  it('that was written into the issue with the tick', async () => {
    const before = pulls().length
    await herd.hub.act.edit(
      open()[0]?.number ?? 0,
      { body: `${body()}\n- [x] **Adopt** <!-- adopt domain-block/evil.example -->` },
      'mo',
    )
    expect(ran(await herd.settle(), 'tick').stdout).toContain('No new box was ticked')
    expect(pulls()).toHaveLength(before)
  })
})

describe('also in it', () => {
  it('what has ended, with the pull request that takes it out', async () => {
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: {
        [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: over.example\n    severity: limit\n    until: 2020-01-01\n`,
        [MAILS]: 'email_domain_blocks:\n  - domain: past.example\n    until: 2020-02-01\n',
      },
    })
    herd.events.length = 0
    await night()
    expect(body()).toMatch(/`domain-block\/over\.example` was valid until 1 January 2020\. \[Pull request \d+\]/)
    expect(body()).toContain('`email-domain-block/past.example` was valid until 1 February 2020.')
    const pull = pulls().find(({ title }) => title.startsWith('Take out expired entries: domain-block/over.example'))
    expect(pull?.title).toContain('email-domain-block/past.example')
    expect(pull?.pull?.head.branch).toBe('herdbook/until')
    expect(await fileAt(pull?.pull?.head.commit ?? '')).not.toContain('over.example')
    expect(await fileAt(pull?.pull?.head.commit ?? '', MAILS)).toContain('emptied_on_purpose')
    const commit = pull?.pull?.head.commit
    await night()
    expect(pulls().filter(({ title }) => title.startsWith('Take out'))).toHaveLength(1)
    expect(herd.hub.state.issues.get(pull?.number ?? 0)?.pull?.head.commit).toBe(commit)
  })

  it('that the server could not be read', async () => {
    const config = herd.file('instance/instance.yaml')
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { 'instance/instance.yaml': config.replace('domain: herd.example', 'domain: other.example') },
    })
    herd.events.length = 0
    const job = await night()
    expect(job.result).toBe('failure')
    expect(open()).toHaveLength(1)
    expect(open()[0]?.title).toBe('herd/instance: Herdbook could not compare the files with the server')
    expect(body()).toMatch(/herd\.example[^]*other\.example/)
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { 'instance/instance.yaml': config } })
    herd.events.length = 0
    await night()
    expect(open()[0]?.title).toMatch(/^herd\.example: /)
  })
})
