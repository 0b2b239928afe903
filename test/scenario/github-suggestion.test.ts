import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withFaults, type Fault } from '../testkit/fault.ts'
import { commentOn, farm, type Farm } from '../support/github-instance.ts'
import { ran } from '../support/runner.ts'
import { regexOf } from '../support/regex-of.ts'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())

const BLOCKS = 'instance/domain-blocks.yaml'
const KEPT = 'domain_blocks:\n  - domain: kept.example\n    severity: none\n'
const SUSPENDED = '  - domain: bad.example\n    severity: suspend\n    public_comment: Organised theft\n'

const checkOf = (commit: string): string =>
  herd.hub.state.statuses.findLast((status) => status.commit === commit && status.context === 'herdbook')?.state ??
  'none'
const suggestionsOn = (number: number) =>
  [...herd.hub.state.reviewComments.values()].filter(({ pull }) => pull === number)
const asked = async (number: number): Promise<string> => {
  await herd.hub.act.comment(number, '/plan', 'ann')
  return ran(await herd.settle(), 'plan').result
}

describe('consent that is missing', () => {
  let number: number
  let head: string

  it('is suggested on the line that it belongs under, after the comment and the check', async () => {
    head = await herd.hub.act.push({ by: 'mo', branch: 'bad', files: { [BLOCKS]: KEPT + SUSPENDED } })
    number = await herd.hub.act.openPull({ by: 'mo', branch: 'bad', title: 'Thieves' })
    expect(ran(await herd.settle(), 'plan').result).toBe('success')
    expect(checkOf(head)).toBe('failure')
    expect(suggestionsOn(number)).toMatchObject([
      { author: 'github-actions[bot]', path: BLOCKS, startLine: null, line: 6, commit: head },
    ])
    expect(suggestionsOn(number)[0]?.body).toMatch(
      regexOf(
        /^<!-- herdbook:production:consent -->\n`bad\.example`: removes 30 follows and 20 followers of 4 members; .*/,
        /\n\n```suggestion\n {4}public_comment: Organised theft\n {4}accept_severed_relationships: 60\n```\n$/,
      ),
    )
  })

  it('is not suggested twice, and says the newest numbers', async () => {
    expect(await asked(number)).toBe('success')
    expect(suggestionsOn(number)).toMatchObject([{ edits: [] }])
    await herd.rows(
      `delete from follows where id = (select f.id from follows f
         join accounts a on a.id = f.account_id where a.domain = 'bad.example' limit 1)`,
    )
    expect(await asked(number)).toBe('success')
    expect(suggestionsOn(number)).toMatchObject([
      {
        body: expect.stringMatching(/removes 30 follows and 19 followers[^]*accept_severed_relationships: 59/),
        edits: [{}],
      },
    ])
  })

  it('taken over by a click makes the check green, and leaves nothing to suggest', async () => {
    const [one] = suggestionsOn(number)
    const commit = await herd.hub.act.commitSuggestion(one?.id ?? 0, 'mo')
    expect(ran(await herd.settle(), 'plan').result).toBe('success')
    expect(herd.hub.state.issues.get(number)?.pull?.head.commit).toBe(commit)
    expect(checkOf(commit)).toBe('success')
    expect(commentOn(herd, number)).toContain('the file accepts that at most 59 are removed')
    expect(suggestionsOn(number)).toHaveLength(1)
  })

  it('is said in the comment alone where the base has changed the same file, until the branch has it', async () => {
    const list = herd.file(BLOCKS).trimEnd()
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: `# Why: see the wiki.\n${list}\n` } })
    await herd.hub.act.push({
      by: 'mo',
      branch: 'behind',
      files: { [BLOCKS]: `# Why: see the wiki.\n${list}\n${SUSPENDED}` },
    })
    const behind = await herd.hub.act.openPull({ by: 'mo', branch: 'behind', title: 'Thieves, later' })
    // In the merge all lines are one higher than in the head.
    const base = await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [BLOCKS]: `${list}\n` } })
    herd.events.length = 0
    expect(await asked(behind)).toBe('success')
    expect(commentOn(herd, behind)).toContain('accept_severed_relationships')
    expect(suggestionsOn(behind)).toEqual([])
    await herd.hub.act.push({ by: 'mo', branch: 'behind', files: { [BLOCKS]: `${list}\n${SUSPENDED}` }, onto: base })
    ran(await herd.settle(), 'plan')
    expect(suggestionsOn(behind)).toMatchObject([{ line: list.split('\n').length + 3 }])
  })

  it('holds neither the comment nor the check back where the forge takes no suggestion', async () => {
    const refused: Fault = {
      kind: 'answer',
      status: 403,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Resource not accessible by integration' }),
    }
    const faulty = await withFaults(herd.hub, [{ match: { path: /\/pulls\/\d+\/(files|comments)/ }, fault: refused }])
    const commit = await herd.hub.act.push({
      by: 'mo',
      branch: 'refused',
      files: { [BLOCKS]: `${herd.file(BLOCKS).trimEnd()}\n${SUSPENDED}` },
    })
    const refusedOn = await herd.hub.act.openPull({ by: 'mo', branch: 'refused', title: 'Thieves' })
    const job = ran(await herd.settle({ apiUrl: faulty.url }), 'plan')
    await faulty.close()
    expect(job.result).toBe('success')
    expect(faulty.seen).toContainEqual(expect.stringMatching(/^GET .*\/files/))
    expect(job.stdout + job.stderr).toContain(`The token is not allowed to comment on lines of #${refusedOn}`)
    expect(commentOn(herd, refusedOn)).toContain('accept_severed_relationships')
    expect(checkOf(commit)).toBe('failure')
    expect(suggestionsOn(refusedOn)).toEqual([])
  })
})
