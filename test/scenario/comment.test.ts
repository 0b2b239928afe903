import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call } from '../support/cli.ts'
import { git, newRepository, scratch } from '../support/git.ts'
import { github } from '../support/github.ts'

const base = scratch()
afterAll(() => base[Symbol.dispose]())
const dir = join(base.path, 'herd')
let hub: Awaited<ReturnType<typeof github>>
let number: number
beforeAll(async () => {
  hub = await github({ people: { mo: 'write', robot: 'write' } })
  newRepository(dir, {
    'instance/instance.yaml':
      `domain: herd.example\nforge: { github: ${hub.repository} }\n` + 'ledger_key: { env: HB_KEY }\n',
  })
  await hub.act.push({ by: 'mo', branch: 'topic', files: { 'x.txt': 'x' } })
  number = await hub.act.openPull({ by: 'mo', branch: 'topic', title: 'Topic' })
})
afterAll(async () => hub[Symbol.asyncDispose]())

const comments = (): string[] => [...hub.state.comments.values()].map(({ author, body }) => `${author}: ${body}`)
async function comment(text: string, token: string, ...more: string[]) {
  writeFileSync(join(dir, 'comment.md'), text)
  return call(dir, ['comment', `${number}`, 'comment.md', ...more], {
    env: { GITHUB_TOKEN: token, GITHUB_API_URL: hub.url },
  })
}

it('writes one comment and keeps it up to date, from any pipeline', async () => {
  const token = hub.workflowToken({ pull_requests: 'write' })
  expect((await comment('### Blocks spam.example\n', token)).stdout).toBe(`Commented on #${number} of herd/instance.\n`)
  await comment('### Blocks two domains\n', token)
  expect(comments()).toEqual(['github-actions[bot]: <!-- herdbook:production -->\n### Blocks two domains\n'])
})

it("takes nobody else's comment for its own, and a person's where that is asked for", async () => {
  await hub.act.comment(number, '<!-- herdbook:production -->\nI am Herdbook', 'mo')
  const token = hub.token('robot')
  await comment('### By a person\n', token, '--as', 'robot')
  await comment('### By a person, again\n', token, '--as', 'robot')
  expect(comments().slice(1)).toEqual([
    'mo: <!-- herdbook:production -->\nI am Herdbook',
    'robot: <!-- herdbook:production -->\n### By a person, again\n',
  ])
})

it.each([
  ['a text with a secret', ['Look: a-secret-token-of-the-forge'], 1, /One of the secrets/],
  ['no such number', ['x'], 9, /not the number/],
] as const)('refuses %s', async (what, [text], code, told) => {
  const token = 'a-secret-token-of-the-forge'
  hub.state.tokens.set(token, { login: 'mo', permissions: null })
  writeFileSync(join(dir, 'comment.md'), text)
  const ran = await call(dir, ['comment', what === 'no such number' ? '#1; rm -rf /' : `${number}`, 'comment.md'], {
    env: { GITHUB_TOKEN: token, GITHUB_API_URL: hub.url },
  })
  expect([ran.code, ran.out]).toEqual([code, expect.stringMatching(told)])
  expect(ran.out).not.toContain(token)
  expect(comments().join()).not.toContain(token)
})

it('says what is missing where no forge is named', async () => {
  git(dir, 'rm', '--quiet', '--cached', 'instance/instance.yaml')
  writeFileSync(join(dir, 'instance/instance.yaml'), 'domain: herd.example\n')
  expect((await comment('x', 'x')).out).toContain('forge: { github: owner/name }')
})
