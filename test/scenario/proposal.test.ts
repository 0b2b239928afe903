import { execFileSync } from 'node:child_process'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commit, git } from '../support/git.ts'
import { connectionsOf, must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd({ remote: true })
})
afterAll(async () => field[Symbol.asyncDispose]())

/** Proposes files on a branch from main, and answers its commit; the folder stays on main. */
function propose(files: { readonly [path: string]: string }, mode?: string): string {
  const { dir } = herd
  git(dir, 'switch', '--quiet', '--detach', 'main')
  commit(dir, 'Propose', files)
  if (mode !== undefined) {
    git(dir, 'update-index', '--add', '--cacheinfo', `${mode},instance/rules.yaml`)
    git(dir, 'commit', '--quiet', '--amend', '--no-edit')
  }
  const head = git(dir, 'rev-parse', 'HEAD')
  git(dir, 'switch', '--quiet', '--force', 'main')
  return head
}

/** A file of Git that holds a text. */
const blob = (text: string | Buffer): string =>
  execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: herd.dir, input: text, encoding: 'utf8' }).trim()
const blocks = (...domains: string[]): string =>
  `domain_blocks:\n${domains.map((domain) => `  - domain: ${domain}\n    severity: none\n`).join('')}`
const config = (change: object): string =>
  stringify({ domain: herd.sandbox.domain, acting_account: 'owner', mastodon: connectionsOf(herd.sandbox), ...change })

/** 2^30 leaves in a few lines. */
const BOMB =
  'a: &a [x, x]\n' +
  Array.from(
    { length: 30 },
    (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`,
  ).join('\n') +
  '\nrules: []\n'

describe('the plan of a merge that is only proposed', () => {
  it('is that of the merge: what the branch is behind with is not deleted', async () => {
    const head = propose({ 'instance/domain-blocks.yaml': blocks('proposed.example') })
    herd.write({ 'email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: meanwhile.example\n' }, 'Meanwhile')
    await must(herd, ['apply', '--yes'])
    const { steps, commit: planned } = await planOf(herd, 2, '--base', 'main', '--head', head)
    expect(steps.map(({ kind, id, action }) => `${action} ${kind}/${id}`)).toEqual([
      'create domain-block/proposed.example',
    ])
    expect(planned).toBe(head)
    expect(git(herd.dir, 'status', '--porcelain')).toBe('')
  })

  it('says where the two can not be merged', async () => {
    const head = propose({ 'instance/domain-blocks.yaml': blocks('mine.example') })
    herd.write({ 'domain-blocks.yaml': blocks('theirs.example') }, 'Theirs')
    const ran = await must(herd, ['plan', '--base', 'main', '--head', head], 9)
    expect(ran.out).toMatch(/both changed instance\/domain-blocks\.yaml[^]*git merge/)
    await must(herd, ['apply', '--yes'])
  })

  it('asks the server that the base names, with the secrets that the base names, whatever the head says', async () => {
    const elsewhere = {
      mastodon: { api: { url: 'https://evil.example', token: { env: 'PATH' } } },
      ssh: { host: 'evil.example', user: 'root', host_key: `SHA256:${'A'.repeat(43)}`, key: { env: 'HOME' } },
    }
    const head = propose({
      'instance/instance.yaml': config(elsewhere),
      'instance/domain-blocks.yaml': blocks('theirs.example', 'more.example'),
    })
    const { steps, reads } = await planOf(herd, 2, '--base', 'main', '--head', head)
    expect(steps.map(({ id }) => id)).toEqual(['more.example'])
    expect(reads.every(({ complete }) => complete)).toBe(true)
    // Applied from that commit itself, it would go elsewhere.
    git(herd.dir, 'switch', '--quiet', '--detach', head)
    expect((await must(herd, ['plan'], 9)).out).toContain('evil.example')
    git(herd.dir, 'switch', '--quiet', 'main')
  })

  it('is not made where the base has no connections, or the names mean no commits', async () => {
    await must(herd, ['plan', '--base', 'main'], 9)
    expect((await must(herd, ['plan', '--base', 'main', '--head', 'f'.repeat(40)], 9)).out).toContain(
      'There is no commit "ffff',
    )
    expect((await must(herd, ['plan', '--base', 'main', '--head', '--output=x'], 9)).out).toContain(
      'There is no commit',
    )
    expect((await must(herd, ['plan', '--base', 'main', '--head=--help'], 9)).out).toContain('There is no commit')
    await must(herd, ['plan', '--base', 'main', '--head', 'main', '--out', 'x.json'], 9)
  })

  it('of modes alone changes nothing; a name that is changed in its letters alone is that of no file', async () => {
    const headOf = (...args: readonly string[]): string => {
      git(herd.dir, 'switch', '--quiet', '--detach', 'main')
      git(herd.dir, ...args)
      git(herd.dir, 'commit', '--quiet', '--message', 'Propose')
      const head = git(herd.dir, 'rev-parse', 'HEAD')
      git(herd.dir, 'switch', '--quiet', '--force', 'main')
      return head
    }
    const modes = await must(herd, [
      'plan',
      '--base',
      'main',
      '--head',
      headOf('update-index', '--chmod=+x', 'instance/domain-blocks.yaml'),
    ])
    expect(modes.out).toMatch(/^In sync: /)
    const named = await must(
      herd,
      ['plan', '--base', 'main', '--head', headOf('mv', 'instance/domain-blocks.yaml', 'instance/Domain-Blocks.yaml')],
      2,
    )
    expect(named.out).toMatch(/From now on not managed: \d domain block/)
    expect(named.out).toMatch(/Domain-Blocks\.yaml is not a file that Herdbook reads/)
  })

  it.each<[string, number, { readonly [path: string]: string }, (() => string) | undefined, RegExp]>([
    ['a link to a secret', 9, {}, () => `120000,${blob('/proc/self/environ')}`, /rules\.yaml/],
    ['a submodule', 9, {}, () => `160000,${'a'.repeat(40)}`, /rules\.yaml/],
    [
      'a file in latin-1',
      9,
      {},
      () => `100644,${blob(Buffer.from('rules: [] # sch\u00f6n\n', 'latin1'))}`,
      /rules\.yaml is not UTF-8/,
    ],
    [
      'a long text out of the repository',
      9,
      { 'instance/settings.yaml': 'settings:\n  site_extended_description: { file: /proc/self/environ }\n' },
      undefined,
      /settings\.yaml/,
    ],
    ['aliases without end', 9, { 'instance/rules.yaml': BOMB }, undefined, /rules\.yaml/],
    [
      'a line of a megabyte',
      9,
      { 'instance/rules.yaml': `rules: "${'x'.repeat(1_000_000)}"\n` },
      undefined,
      /rules\.yaml/,
    ],
    ['50 megabytes', 9, { 'instance/rules.yaml': `rules: []\n${'#'.repeat(50_000_000)}\n` }, undefined, /rules\.yaml/],
    [
      'a name with a line end and a command',
      0,
      { 'instance/x\n::set-output name=a::b.yaml': 'x: 1\n' },
      undefined,
      /is not a file that Herdbook reads/,
    ],
  ])(
    'with %s is refused or told, and shows nothing of what it would lead to',
    async (_what, code, files, mode, told) => {
      const head = propose(files, mode?.())
      const ran = await must(herd, ['plan', '--base', 'main', '--head', head, '--markdown'], code, {
        env: { GITHUB_ACTIONS: 'true', HB_PLANTED: 'planted-secret-value' },
      })
      expect(ran.out.length).toBeLessThan(20_000)
      expect(ran.out).toMatch(told)
      expect(ran.out).not.toContain('planted-secret-value')
      expect(
        ran.stdout.split('\n').filter((line) => line.startsWith('::') && !/^::(error|warning|notice) /.test(line)),
      ).toEqual([])
    },
  )
})
