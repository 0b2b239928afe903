import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { GitHub } from '../testkit/github/index.ts'
import { call } from '../support/cli.ts'
import { put, scratch } from '../support/git.ts'
import { github } from '../support/github.ts'

const DOMAIN = 'herd.invalid'
const AT = ['--github', 'herd/instance']
const policyIn = (dir: string): string => readFileSync(join(dir, 'instance/policy.yaml'), 'utf8')
const ownersIn = (dir: string): unknown => (parse(policyIn(dir)) as { readonly owners?: unknown }).owners
const as = (hub: GitHub, token: string) => ({ env: { GH_TOKEN: token, GITHUB_API_URL: hub.url } })

describe('the owners', () => {
  it('are the people among those who approve, whatever YAML would take their names for', async () => {
    using dir = scratch()
    const { stdout } = await call(dir.path, [
      'init',
      DOMAIN,
      ...AT,
      '--owners',
      '@alice,@herd/owners,@Alice,@1e5,@null',
    ])
    expect(ownersIn(dir.path)).toEqual(['Alice', '1e5', 'null'])
    expect(await call(dir.path, ['validate'])).toMatchObject({ code: 0, stderr: '' })
    expect(stdout).toContain(`"id":'"$(gh api users/null --jq .id)"'}`)
    expect(stdout).not.toMatch(/One person decides|Name the owners/)
  })

  it('are whoever begins, where a token says who that is; alone, and told so', async () => {
    await using hub = await github({ people: { ann: 'admin' } })
    using dir = scratch()
    const ran = await call(dir.path, ['init', DOMAIN, ...AT], as(hub, hub.token('ann')))
    expect(ownersIn(dir.path)).toEqual(['ann'])
    expect(ran.stdout).toContain('One person decides here: @ann.')
    expect(ran.stdout).toContain('"prevent_self_review":false')
    // a workflow's token is nobody's
    using other = scratch()
    await call(other.path, ['init', DOMAIN, ...AT], as(hub, hub.workflowToken({ contents: 'read' })))
    expect(ownersIn(other.path)).toBeUndefined()
  })

  it.each([
    ['nobody is named', []],
    ['only a team is', ['--owners', '@herd/owners']],
  ])('are a line to fill in where %s, and told at the end', async (_, args) => {
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, ...AT, ...args])
    expect(ownersIn(dir.path)).toBeUndefined()
    expect(policyIn(dir.path)).toContain('# owners: [your-name, another-name]\n')
    expect(stdout).toContain('Name the owners in instance/policy.yaml')
    expect(stdout).not.toContain('environments/herdbook-owners')
    put(dir.path, {
      'instance/policy.yaml': policyIn(dir.path).replace('# owners: [your-name, another-name]', 'owners: [alice, bob]'),
    })
    expect((await call(dir.path, ['init', DOMAIN, ...AT])).stdout).toContain(
      'environments/herdbook-owners --input - <<<',
    )
  })
})

describe('a private repository on the free plan', () => {
  const PAID =
    /If herd\/instance is private, it needs a paid price plan[^]*Never put the secrets into the repository instead/
  it('is told of where nobody knows', async () => {
    using dir = scratch()
    expect((await call(dir.path, ['init', DOMAIN, ...AT])).stdout).toMatch(PAID)
  })

  it.each([
    [
      'private and free',
      { private: true, free: true },
      /herd\/instance is private, and your price plan on GitHub has no environments/,
    ],
    ['private and paid for', { private: true }, null],
    ['public', { free: true }, null],
  ] as const)('is known where a token may ask: %s', async (_, options, expected) => {
    await using hub = await github({ people: { ann: 'admin' }, ...options })
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, ...AT], as(hub, hub.token('ann')))
    if (expected === null) expect(stdout).not.toMatch(/price plan on GitHub has no environments|paid price plan/)
    else expect(stdout).toMatch(expected)
    expect(stdout.includes('environments/herdbook-plan')).toBe(expected === null)
  })
})
