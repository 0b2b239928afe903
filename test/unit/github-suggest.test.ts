import { describe, expect, test } from 'vitest'
import type { ReviewSuggestion } from '../../src/forges/forge.ts'
import type { Fault } from '../testkit/fault.ts'
import type { GitHub } from '../testkit/github/index.ts'
import { bench, diagnosticOf } from '../support/forge.ts'
import { git } from '../support/git.ts'

const PATH = 'instance/domain-blocks.yaml'
const list = (...names: readonly string[]): string => `domain_blocks:\n${names.map((name) => `  - ${name}\n`).join('')}`
const OLD = Array.from({ length: 20 }, (_, at) => `old-${at}`)
const offer = (line: number, more: Partial<ReviewSuggestion> = {}): ReviewSuggestion => ({
  path: PATH,
  line,
  body: `<!-- ours -->\nIf it is meant:\n\n\`\`\`suggestion\n  - line ${line}\n\`\`\`\n`,
  ...more,
})

/** A pull request that adds one line at the end of twenty: the difference shows the last three and it. */
async function pullIn(hub: GitHub): Promise<{ readonly number: number; readonly head: string }> {
  await hub.act.push({ by: 'mo', branch: 'main', files: { [PATH]: list(...OLD) } })
  const head = await hub.act.push({ by: 'mo', branch: 'block', files: { [PATH]: list(...OLD, 'new') } })
  return { number: await hub.act.openPull({ by: 'mo', branch: 'block', title: 'Block' }), head }
}

const standing = ({ state }: GitHub): string[] =>
  [...state.reviewComments.values()].map(
    ({ author, startLine, line, body }) => `${author} ${startLine ?? ''}-${line}: ${body}`,
  )
const BY_US = 'github-actions[bot]'

describe('suggestions', () => {
  test('stand on lines that the pull request shows, and others are not even sent', async () => {
    await using one = await bench()
    const { number, head } = await pullIn(one.hub)
    const lines = [
      offer(22),
      offer(19),
      offer(20, { startLine: 19 }),
      offer(18),
      offer(21, { startLine: 18 }),
      offer(23),
      offer(22, { path: 'instance/other.yaml' }),
    ]
    await one.forge.suggest(number, head, lines)
    expect(standing(one.hub)).toEqual([
      `${BY_US} -22: ${lines[0]?.body}`,
      `${BY_US} -19: ${lines[1]?.body}`,
      `${BY_US} 19-20: ${lines[2]?.body}`,
    ])
    expect(one.seen.filter((request) => request.startsWith('POST'))).toHaveLength(3)
  })

  test('ask nothing more where none of the lines is shown', async () => {
    await using one = await bench()
    const { number, head } = await pullIn(one.hub)
    await one.forge.suggest(number, head, [offer(3)])
    expect(one.seen).toEqual([expect.stringContaining('/files')])
  })

  test('are there once, also after the lines have moved, and say the newest', async () => {
    await using one = await bench()
    const { number, head } = await pullIn(one.hub)
    await one.forge.suggest(number, head, [offer(22)])
    const [id = 0] = one.hub.state.reviewComments.keys()
    await one.forge.suggest(number, head, [offer(22)])
    const moved = await one.hub.act.push({
      by: 'mo',
      branch: 'block',
      files: { [PATH]: list('first', 'second', ...OLD, 'new') },
    })
    await one.forge.suggest(number, moved, [offer(24, { body: offer(22).body })])
    expect(standing(one.hub)).toHaveLength(1)
    expect(one.hub.state.reviewComments.get(id)?.edits).toEqual([])
    await one.forge.suggest(number, moved, [offer(24)])
    expect(standing(one.hub)).toEqual([`${BY_US} -22: ${offer(24).body}`])
    expect(one.hub.state.reviewComments.get(id)?.edits).toHaveLength(1)
  })

  test('come again where the line that they stood on was changed', async () => {
    await using one = await bench()
    const { number, head } = await pullIn(one.hub)
    await one.forge.suggest(number, head, [offer(22)])
    const changed = await one.hub.act.push({ by: 'mo', branch: 'block', files: { [PATH]: list(...OLD, 'newer') } })
    await one.forge.suggest(number, changed, [offer(22)])
    expect(standing(one.hub)).toHaveLength(2)
  })

  test('leave alone what people, and other programs, say about the same line', async () => {
    await using one = await bench()
    const { hub, forge } = one
    const { number, head } = await pullIn(hub)
    const said = [
      [hub.token('mo'), offer(22).body],
      [hub.workflowToken({ pull_requests: 'write' }), 'A linter says so'],
    ] as const
    for (const [token, body] of said) {
      const sent = {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'user-agent': 'other' },
        body: JSON.stringify({ body, commit_id: head, path: PATH, line: 22 }),
      }
      expect((await fetch(`${hub.url}/repos/${hub.repository}/pulls/${number}/comments`, sent)).status).toBe(201)
    }
    await forge.suggest(number, head, [offer(22)])
    expect(standing(hub)).toEqual([
      `mo -22: ${offer(22).body}`,
      `${BY_US} -22: A linter says so`,
      `${BY_US} -22: ${offer(22).body}`,
    ])
  })

  test('that GitHub does not take any more, since the branch has moved, hold the others up in nothing', async () => {
    const body = JSON.stringify({
      message: 'Validation Failed',
      errors: [
        {
          resource: 'PullRequestReviewComment',
          code: 'custom',
          field: 'pull_request_review_thread.line',
          message: 'pull_request_review_thread.line must be part of the diff',
        },
      ],
    })
    const gone: Fault = { kind: 'answer', status: 422, headers: { 'content-type': 'application/json' }, body }
    await using one = await bench([{ match: { method: 'POST', path: /\/comments$/, nth: 1 }, fault: gone }])
    const { number, head } = await pullIn(one.hub)
    await one.forge.suggest(number, head, [offer(22), offer(21)])
    expect(standing(one.hub)).toEqual([expect.stringContaining('-21')])
  })

  test('are there once when the answer was lost', async () => {
    await using one = await bench([
      { match: { method: 'POST', path: /\/comments$/, nth: 1 }, fault: { kind: 'lost-answer' } },
    ])
    const { number, head } = await pullIn(one.hub)
    await one.forge.suggest(number, head, [offer(22)])
    expect(standing(one.hub)).toHaveLength(1)
  })

  test('take the permission to write to pull requests, and say so', async () => {
    await using one = await bench([], {}, { contents: 'read', pull_requests: 'read' })
    const { number, head } = await pullIn(one.hub)
    expect(await diagnosticOf(one.forge.suggest(number, head, [offer(22)]))).toMatchObject({
      code: 'forge-permission',
      message: expect.stringContaining(`comment on lines of #${number}`),
      hint: expect.stringContaining('pull-requests: write'),
    })
  })
})

describe('the stand-in', () => {
  test.for([
    ['a line outside the difference', { line: 4 }, 'pull_request_review_thread.line must be part of the diff'],
    [
      'a range that begins outside of it',
      { start_line: 4, line: 22 },
      'pull_request_review_thread.start_line must be part of the same hunk as the line.',
    ],
    [
      'a range that begins where it ends',
      { start_line: 22, line: 22 },
      'pull_request_review_thread.start_line must precede the end line.',
    ],
    ['a file that is not changed', { path: 'README.md', line: 1 }, 'pull_request_review_thread.path is invalid'],
  ] as const)('refuses %s, as GitHub does', async ([, wrong, message]) => {
    await using one = await bench()
    const { hub } = one
    const { number, head } = await pullIn(hub)
    const sent = { body: 'x', commit_id: head, path: PATH, ...wrong }
    const answer = await fetch(`${hub.url}/repos/${hub.repository}/pulls/${number}/comments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.token('mo')}`, 'user-agent': 'test' },
      body: JSON.stringify(sent),
    })
    expect([answer.status, await answer.json()]).toMatchObject([422, { errors: [{ message }] }])
    expect(standing(hub)).toEqual([])
  })

  test('tells of each file of a pull request what happened to it', async () => {
    await using one = await bench()
    const { hub } = one
    await hub.act.push({ by: 'mo', branch: 'main', files: { old: 'a\nb\nc\nd\ne\n', gone: 'x\n', kept: '1\n2\n' } })
    await hub.act.push({
      by: 'mo',
      branch: 'b',
      files: { old: null, new: 'a\nb\nc\nd\nE\n', gone: null, kept: '1\n3\n', 'made ü': '', binary: '\0' },
    })
    const number = await hub.act.openPull({ by: 'mo', branch: 'b', title: 'B' })
    const answer = await fetch(`${hub.url}/repos/${hub.repository}/pulls/${number}/files`, {
      headers: { authorization: `Bearer ${hub.token('mo')}`, 'user-agent': 'test' },
    })
    const files = (await answer.json()) as {
      filename: string
      status: string
      patch?: string
      previous_filename?: string
      changes: number
    }[]
    expect(
      files.map(({ filename, status, patch, previous_filename: was, changes }) => [
        filename,
        status,
        patch?.split('\n').slice(1).join('|') ?? null,
        was ?? null,
        changes,
      ]),
    ).toEqual([
      ['binary', 'added', null, null, 0],
      ['gone', 'removed', '-x', null, 1],
      ['kept', 'modified', ' 1|-2|+3', null, 2],
      ['made ü', 'added', null, null, 0],
      ['new', 'renamed', ' b| c| d|-e|+E', 'old', 2],
    ])
  })

  test("a suggestion is committed on the head's branch, and its comment is then about what it was", async () => {
    await using one = await bench()
    const { number, head } = await pullIn(one.hub)
    await one.forge.suggest(number, head, [offer(22, { startLine: 21 })])
    const [id = 0] = one.hub.state.reviewComments.keys()
    await expect(one.hub.act.commitSuggestion(id, 'stranger')).rejects.toThrow('403')
    const commit = await one.hub.act.commitSuggestion(id, 'mo')
    expect(git(one.hub.git, 'show', `${commit}:${PATH}`)).toBe(list(...OLD.slice(0, 19), 'line 22').trimEnd())
    expect(one.hub.state.issues.get(number)?.pull?.head.commit).toBe(commit)
  })
})
