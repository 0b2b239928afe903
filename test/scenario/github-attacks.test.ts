import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { openForge } from '../../src/forges/github/github.ts'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { clone, commit, git, newRepository, scratch } from '../support/git.ts'
import { expectInert } from '../support/github-html.ts'
import { html } from '../support/github-page.ts'
import { commands, said, type Ran } from '../support/run-output.ts'
import { ran } from '../support/runner.ts'
import { attacking, BLOCKS, entry, forkFiles, NAIVE, pullJobs, WORDS, type Files } from '../support/pull-attacks.ts'
import { regexOf } from '../support/regex-of.ts'

// What a pull request could try. Each attack succeeds first against a naive way to do the same, here or in the tests
// that unit/attacks.test.ts names.

/** Each is many whole runs. */
const SLOW = { timeout: 300_000 }

const SECRET = 'the words of a file that nobody may read'

let herd: Farm
const folder = scratch()
const secret = join(folder.path, 'secret')
beforeAll(async () => {
  writeFileSync(secret, SECRET)
  herd = await farm({ people: { tess: 'triage' } })
})
afterAll(async () => {
  folder[Symbol.dispose]()
  await herd[Symbol.asyncDispose]()
})

const { withBlocks, opened, askedFor } = attacking(() => herd)

describe('files of a fork', SLOW, () => {
  let files: NonNullable<Files>
  beforeAll(() => {
    files = forkFiles(secret, newRepository(join(folder.path, 'module'), { 'README.md': 'Code of somebody else' }))
  })

  it.each(NAIVE)('%s: a checkout of the head, read as it is, falls for it', async (_what, naive, caught) => {
    const head = await herd.hub.act.push({ by: 'mo', branch: 'naive', files })
    herd.events.length = 0
    using there = scratch()
    const dir = clone(herd.hub.git, join(there.path, 'naive'), '--branch', 'naive')
    expect(git(dir, 'rev-parse', 'HEAD')).toBe(head)
    expect(naive(dir)).toMatch(caught)
  })

  it('are each refused by name, whoever plans them, and nothing of what they lead to is shown', async () => {
    const pull = await opened(files)
    for (const job of [pull.job, await askedFor(pull)]) {
      for (const name of [
        'rules.yaml is a link',
        'roles.yaml is a link',
        'terms-of-service.yaml is neither a file nor a folder',
        'ip-blocks.yaml',
        'is not a file in the same folder as this one',
      ])
        expect(job.stderr).toContain(name)
      expect(said(job, pull.comment())).not.toMatch(/nobody may read|PATH=|somebody else/)
      expect(commands(job)).toEqual([])
      expect(pull.comment()).toMatch(/### The files are not valid/)
      expect(pull.comment()).not.toContain('herdbook-approvals')
      expectInert(pull.comment(), { comments: ['<!-- herdbook:production -->'], links: ['https://github.com/'] })
    }
  })
})

describe('words of a pull request', SLOW, () => {
  it('put into a comment as they are would ping, close, load pictures and steer the runner', () => {
    const harmless = WORDS.filter((words) => !fails(() => expectInert(`Comment: ${words}\n\n${words}`)))
    expect(harmless).toEqual(['-->', '``` x', 'a | b | c', WORDS.at(-1)])
    expect(html(`Comment: ${WORDS[6]}`)).toContain('<img src="https://evil.example/b.png"')
    expect(commands({ stdout: `Comment:\n${WORDS[0]}`, stderr: WORDS[2] } as Ran)).toHaveLength(2)
  })

  it('are inert in the comment, in the summary and on both streams', async () => {
    const { job, comment } = await opened(
      { [BLOCKS]: withBlocks(...WORDS.map((words, i) => entry(`words-${i}.example`, words))) },
      { fork: false },
    )
    const [marks = ''] = /^<!-- herdbook-approvals v2 seal=.*-->$/m.exec(comment()) ?? []
    const [shows = ''] = /^<!-- herdbook-plan .*-->$/m.exec(comment()) ?? []
    expectInert(comment(), { comments: ['<!-- herdbook:production -->', shows, marks], links: ['https://github.com/'] })
    expectInert(job.summary, { links: ['https://github.com/'] })
    expect(commands(job)).toEqual([])
    expect(comment()).toContain('words-13.example')
  })
})

const fails = (work: () => void): boolean => {
  try {
    work()
    return false
  } catch {
    return true
  }
}

describe('what a policy keeps private', SLOW, () => {
  const OPEN = 'show:\n  private_comments: true\n  ip_blocks: true\n  staff: true\n'
  /** Live holds a private note, an address and a moderator that the files do not. */
  async function live(at: Farm): Promise<void> {
    await at.rows("update domain_blocks set private_comment = 'a note for the team' where domain = 'kept.example'")
    await at.sandbox.handOf('owner').blockIp({ ip: '203.0.113.7', severity: 'no_access', comment: 'a flat in town' })
    await at.sandbox.handOf('owner').giveRole('alice', 'Moderator')
  }
  const PRIVATE = /a note for the team|203\.0\.113\.7|a flat in town/
  const opening = (at: Farm): NonNullable<Files> => {
    const config = parse(at.file('instance/instance.yaml')) as object
    return {
      [BLOCKS]: at.file(BLOCKS).replace(/( +- domain: kept\.example\n)/, '$1    private_comment: mine\n'),
      'instance/policy.yaml': OPEN,
      'instance/instance.yaml': stringify({ ...config, environment: 'theirs', forge: { github: 'mallory/instance' } }),
    }
  }

  it.each(['public', 'private'] as const)(
    'stays so in a %s repository, though the pull request opens it',
    async (visibility) => {
      const at = visibility === 'public' ? herd : await farm({ private: true })
      try {
        await live(at)
        const { job, comment, branch, head } = await opened(opening(at), { fork: false, from: at })
        expect(said(job, comment())).not.toMatch(PRIVATE)
        expect(comment()).toMatch(/^<!-- herdbook:production -->/)
        expect(comment()).toMatch(
          regexOf(
            /Herdbook uses these changes only after the merge[^]*environment[^]*/,
            /forge\.github[^]*show\.ip_blocks[^]*show\.private_comments[^]*show\.staff/,
          ),
        )
        expect(at.hub.state.statuses.filter((one) => one.commit === head).map(({ context }) => context)).toEqual([
          'herdbook',
        ])
        // Whoever plans the head itself, at a terminal, is shown it.
        const dir = at.desk()
        git(dir, 'fetch', '--quiet', 'origin', branch)
        commit(dir, 'Theirs', { [BLOCKS]: `${git(dir, 'show', `FETCH_HEAD:${BLOCKS}`)}\n` })
        expect((await at.herdbook(['plan'], 4)).stdout).toMatch(PRIVATE)
        at.desk()
      } finally {
        if (at !== herd) await at[Symbol.asyncDispose]()
      }
    },
  )
})

describe('beside the files', SLOW, () => {
  it('a wish to let the files win counts in our own commits alone: nobody adds it after a look', async () => {
    await herd.rows("update domain_blocks set severity = 1 where domain = 'kept.example'")
    const wish = 'Herdbook-Restore: domain-block/kept.example'
    // The naive way, reading the description whenever a plan runs, would take this.
    const described = await opened(undefined, { fork: false, body: wish })
    await herd.hub.act.edit(described.number, { body: `${wish}\n` }, 'mo')
    await herd.settle(pullJobs)
    expect(described.comment()).not.toContain('restore=')
    const stranger = await opened({ [BLOCKS]: withBlocks(entry('beside.example')) }, { message: `Beside\n\n${wish}` })
    await herd.hub.act.comment(stranger.number, `/plan ${stranger.head.slice(0, 12)}`, 'ann')
    await herd.settle(pullJobs)
    expect(stranger.comment()).toMatch(/Merging this approves 1 change\b/)
    expect(stranger.comment()).not.toContain('restore=')
    expect(stranger.comment()).toMatch(/Herdbook uses these changes only after the merge[^]*restoring `domain-block/)
    const own = await opened(undefined, { fork: false, message: `Back\n\n${wish}` })
    expect(own.comment()).toMatch(/restore=domain-block%2Fkept\.example/)
    await herd.rows("update domain_blocks set severity = 2 where domain = 'kept.example'")
  })

  it('a workflow that comes along is told, and waits for a look, although the instance stays as it is', async () => {
    const pull = await opened({ '.github/workflows/theirs.yml': 'on: push\n', 'README.md': 'Hello\n' })
    // Whoever looks at instance/ alone sees nothing.
    expect(git(herd.hub.git, 'diff', '--name-only', 'main', pull.head, '--', 'instance')).toBe('')
    expect(pull.comment()).toMatch(
      regexOf(
        /> \[!WARNING\]\n/,
        /> \*\*After the merge, these files run with access to secrets[^]*> - `\.github\/workflows\/theirs\.yml`/,
      ),
    )
    expect(pull.comment()).toMatch(/1 other file changes[^]*> - `README\.md`/)
    expect(herd.hub.state.statuses.findLast(({ commit: at }) => at === pull.head)).toMatchObject({ state: 'pending' })
  })

  it('a label that stayed while the head moved asks for nothing', async () => {
    const pull = await opened({ [BLOCKS]: withBlocks(entry('before.example')) })
    await herd.hub.act.label(pull.number, 'herdbook: plan', 'ann')
    // The run of the label never began: it stays.
    herd.events.length = 0
    await herd.hub.act.push({
      by: 'mallory',
      branch: pull.branch,
      fork: true,
      files: { [BLOCKS]: withBlocks(entry('after.example')) },
    })
    expect(herd.hub.state.issues.get(pull.number)?.labels).toEqual(['herdbook: plan'])
    const runs = await herd.settle(pullJobs)
    expect(runs.filter((one) => one.ran).map(({ job }) => job)).toEqual(['check'])
    expect(pull.comment()).toMatch(/Herdbook did not read the server for this comment\.[^]*after\.example/)
    // Put back by somebody who may only label, it asks for nothing either.
    await herd.hub.act.unlabel(pull.number, 'herdbook: plan', 'tess')
    await herd.hub.act.label(pull.number, 'herdbook: plan', 'tess')
    expect(ran(await herd.settle(pullJobs), 'plan').stdout).toContain('@tess may not write to this repository')
    expect(pull.comment()).not.toContain('herdbook-approvals')
  })

  it("a fork's branch that is called like ours is not taken for ours", async () => {
    const branch = 'herdbook/issue-12'
    await herd.hub.act.push({
      by: 'mallory',
      branch,
      fork: true,
      files: { [BLOCKS]: withBlocks(entry('theirs.example')) },
    })
    const theirs = await herd.hub.act.openPull({ by: 'mallory', branch, fork: true, title: 'Theirs' })
    const jobs = (await herd.settle(pullJobs)).flatMap((one) => (one.ran ? [one.job] : []))
    expect(jobs).toEqual(['check'])
    const forge = await openForge({ api: herd.hub.url, repository: herd.hub.repository, token: herd.hub.token('ann') })
    // By the name of the branch alone it would be the one that is open for the issue.
    expect((await forge.openPullRequests()).find(({ head }) => head.branch === branch)?.number).toBe(theirs)
    const base = { branch: 'main', commit: herd.hub.state.branches.get('main') ?? '' }
    const ours = await forge.propose({
      branch,
      base,
      files: new Map([['instance/rules.yaml', 'rules: []\nemptied_on_purpose: none\n']]),
      message: 'Ours',
      title: 'Ours',
      body: '',
    })
    expect(ours.number).not.toBe(theirs)
    expect(herd.hub.state.issues.get(theirs)).toMatchObject({ title: 'Theirs' })
    await herd.hub.act.close(ours.number, 'ann')
    herd.events.length = 0
  })

  it('an instance that is moved away deletes nothing, and what the base has since stays', async () => {
    const from = herd.hub.state.branches.get('main') ?? ''
    const names = git(herd.desk(), 'ls-tree', '-r', '--name-only', from, 'instance/').split('\n')
    const moved = Object.fromEntries(
      names.flatMap((name): [string, string | null][] => [
        [name, null],
        [name.replace('instance/', 'attic/'), `${herd.file(name)}\n`],
      ]),
    )
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { 'instance/email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: since.example\n' },
    })
    herd.events.length = 0
    await herd.hub.act.push({ by: 'mo', branch: 'moved', files: moved, onto: from })
    const number = await herd.hub.act.openPull({ by: 'mo', branch: 'moved', title: 'Move' })
    const job = ran(await herd.settle(pullJobs), 'plan')
    // The head alone, taken for the instance, would end every block.
    expect(existsSync(join(herd.desk(), 'attic'))).toBe(false)
    expect(said(job, commentOn(herd, number))).not.toMatch(/[Ll]ifts|[Dd]eletes/)
    expect(commentOn(herd, number)).toMatch(/both changed|not valid|No changes|no instance/i)
  })

  it('any number of pull requests from forks does not keep ours from being planned anew', async () => {
    await herd.hub.act.push({ by: 'mo', branch: 'patient', files: { [BLOCKS]: withBlocks(entry('patient.example')) } })
    const patient = await herd.hub.act.openPull({ by: 'mo', branch: 'patient', title: 'Patient' })
    const asked = await opened({ [BLOCKS]: withBlocks(entry('asked.example')) })
    await askedFor(asked)
    const flood = herd.hub.state.issues.get(asked.number)?.pull?.head.commit ?? ''
    for (let n = 0; n < 35; n += 1) {
      await herd.hub.act.push({
        by: `mallory${n}`,
        branch: 'flood',
        fork: true,
        files: { 'README.md': `${n}\n` },
        onto: flood,
      })
      await herd.hub.act.openPull({ by: `mallory${n}`, branch: 'flood', title: 'Flood', fork: true })
    }
    const forge = await openForge({ api: herd.hub.url, repository: herd.hub.repository, token: herd.hub.token('ann') })
    // The newest thirty are theirs alone.
    expect(
      (await forge.openPullRequests()).slice(0, 30).filter(({ head }) => head.repository === herd.hub.repository),
    ).toEqual([])
    herd.events.length = 0
    const main = await herd.hub.act.push({ by: 'ann', branch: 'main', files: { 'README.md': 'Moved on\n' } })
    ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'replan')
    for (const number of [patient, asked.number])
      expect(commentOn(herd, number)).toContain(`on \`${main.slice(0, 12)}\``)
  })
})
