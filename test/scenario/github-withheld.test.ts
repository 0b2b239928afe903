import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran, type JobRun } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

const BLOCKS = 'instance/domain-blocks.yaml'
const MODERATORS = 'instance/moderators.yaml'
const CONFIG = 'instance/instance.yaml'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const entry = (domain: string, severity = 'none'): string => `  - domain: ${domain}\n    severity: ${severity}\n`
const grant = (account: string): string => `  - account: ${account}\n    role: Moderator\n`
const added = (file: string, text: string): { readonly [file: string]: string } => ({
  [file]: `${herd.file(file)}\n${text}`,
})

let branches = 0
/** Opens a pull request and has it planned. */
async function propose(files: { readonly [file: string]: string }): Promise<number> {
  const branch = `b${(branches += 1)}`
  await herd.hub.act.push({ by: 'mo', branch, files })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: `Change ${branch}` })
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  return number
}

/** Past every review, and never shown in a plan; by somebody else than who merges. */
async function pushed(files: { readonly [file: string]: string }): Promise<void> {
  await herd.hub.act.push({ by: 'zoe', branch: 'main', files })
  herd.events.length = 0
}

async function merged(number: number): Promise<JobRun & { readonly ran: true }> {
  await herd.hub.act.merge(number, 'ann')
  return ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply')
}

const checkOf = (number: number) =>
  herd.hub.state.statuses.findLast(({ commit }) => commit === herd.hub.state.issues.get(number)?.pull?.head.commit)
const marksIn = (number: number): number =>
  commentOn(herd, number).match(/(?<=<!-- herdbook-approvals .*) [0-9a-f]{32}(?= )/g)?.length ?? 0
const roleOf = (account: string) =>
  herd.rows(
    `select r.name from users u join accounts a on a.id = u.account_id
     join user_roles r on r.id = u.role_id where a.username = '${account}' and r.id <> -99`,
  )
const live = async (): Promise<string> => JSON.stringify(await herd.rows('select domain from domain_blocks'))

describe('a role that was left over', () => {
  it('is not given by the pull request of another file, whoever has registered that name meanwhile', async () => {
    await pushed(added(MODERATORS, grant('newcomer')))
    await herd.sandbox.handOf('owner').signUp('newcomer')
    const number = await propose(added(BLOCKS, entry('beside.example')))
    const comment = commentOn(herd, number)
    expect(comment).toMatch(
      regexOf(
        /^<!-- herdbook:production -->\n<!-- herdbook-plan v1 head=[0-9a-f]{40} -->\n/,
        /### Lists `beside\.example` without a limit\.\n\n\*\*Merging this approves 1 change\*\*/,
      ),
    )
    expect(comment).toMatch(
      regexOf(
        /#### Not approved by merging this · 1 change\n\n/,
        /[^\n]*does not change their file[^\n]*\*approve\*[^]*Gives `Moderator` to `newcomer`/,
      ),
    )
    expect(marksIn(number)).toBe(1)
    expect(checkOf(number)).toMatchObject({ state: 'success', description: 'Lists beside.example without a limit.' })
    await merged(number)
    expect(await live()).toContain('beside.example')
    expect(await roleOf('newcomer')).toEqual([])
  })

  it('is, by one whose reviewers are asked for that file', async () => {
    const number = await propose({
      [MODERATORS]: herd.file(MODERATORS).replace('account: newcomer', 'account: newcomer\n    since: 2026-11-23'),
    })
    expect(commentOn(herd, number)).toMatch(/Left over from earlier merges[^]*newcomer/)
    expect(marksIn(number)).toBe(1)
    expect((await merged(number)).exit).toBe(0)
    expect(await roleOf('newcomer')).toEqual([{ name: 'Moderator' }])
  })
})

describe('what was left over and is refused', () => {
  it('holds no other pull request back: its check is green, and merging it applies its own', async () => {
    await pushed(added(BLOCKS, entry('bad.example', 'suspend')))
    const number = await propose(added(BLOCKS, entry('good.example')))
    const comment = commentOn(herd, number)
    expect(comment).toMatch(
      regexOf(
        /\*\*Merging this approves 1 change\*\*[^]*#### Not approved by merging this · 1 change\n\n/,
        /[^\n]*they have an error\. The end of this comment shows it\.[^]*Blocks `bad\.example`/,
      ),
    )
    expect(comment).toMatch(/\[!NOTE\][^]*bad\.example`? removes \d+ follow relations/)
    expect(comment).not.toContain('[!CAUTION]')
    expect(marksIn(number)).toBe(1)
    expect(checkOf(number)).toMatchObject({ state: 'success', description: 'Lists good.example without a limit.' })
    await merged(number)
    expect(await live()).toContain('good.example')
    expect(await live()).not.toContain('bad.example')
  })

  it('is approved by the pull request that settles what speaks against it', async () => {
    const number = await propose({
      [BLOCKS]: herd
        .file(BLOCKS)
        .replace(/(domain: bad\.example\n +severity: suspend)/, '$1\n    accept_severed_relationships: 500'),
    })
    expect(commentOn(herd, number)).toMatch(/Left over from earlier merges[^]*bad\.example/)
    expect((await merged(number)).exit).toBe(0)
    expect(await live()).toContain('bad.example')
  })
})

describe('where only the console could say whose account it is', () => {
  it('merging does not claim to approve a role, and the comment says what does', async () => {
    const { mastodon, ...config } = parse(herd.file(CONFIG))
    const { database: _database, ...connections } = mastodon
    await pushed({ [CONFIG]: stringify({ ...config, mastodon: connections }) })
    await herd.sandbox.handOf('owner').signUp('second_newcomer')
    const number = await propose({
      ...added(MODERATORS, grant('second_newcomer')),
      ...added(BLOCKS, entry('third.example')),
    })
    const comment = commentOn(herd, number)
    expect(comment).toMatch(
      regexOf(
        /### Gives `Moderator` to `second_newcomer`, lists `third\.example` without a limit\.\n\n/,
        /\*\*Merging this approves 1 change\*\*/,
      ),
    )
    expect(comment).toMatch(
      regexOf(
        /#### Not approved by merging this · 1 change\n\n/,
        /Herdbook cannot see here which account a name belongs to\.[^\n]*/,
        /\*approve\*[^]*Gives `Moderator` to `second_newcomer`/,
      ),
    )
    expect(marksIn(number)).toBe(1)
    await merged(number)
    expect(await live()).toContain('third.example')
    expect(await roleOf('second_newcomer')).toEqual([])
  })

  it('a pull request of nothing else approves nothing, and says so', async () => {
    await herd.sandbox.handOf('owner').signUp('third_newcomer')
    const number = await propose(added(MODERATORS, grant('third_newcomer')))
    expect(commentOn(herd, number)).not.toContain('Merging this approves')
    expect(commentOn(herd, number)).toContain('#### Not approved by merging this · 1 change')
    expect(marksIn(number)).toBe(0)
  })
})
