import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXAMPLE } from '../../src/instance/example.gen.ts'
import { codeowners, githubFiles, UNFILLED } from '../../src/setup/init/github.ts'
import { call } from '../support/cli.ts'
import { commit, git, put, scratch } from '../support/git.ts'
import { violations } from '../support/workflow-policy.ts'
import { lint, parseWorkflow } from '../support/workflow-parser.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DOMAIN = 'herd.invalid'
const COMMIT = 'c0ffee'.repeat(7).slice(0, 40)
const ACTION = `herd/book@${COMMIT}`
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')

describe('a repository for GitHub', () => {
  it('has the workflows, with the action by its commit, and they are as good as ours', async () => {
    using dir = scratch()
    expect(await call(dir.path, ['init', DOMAIN, '--action', ACTION])).toMatchObject({ code: 0, stderr: '' })
    const folder = join(dir.path, '.github/workflows')
    const ours = readdirSync(join(ROOT, '.github/workflows')).filter((name) => name.startsWith('herdbook-'))
    expect(readdirSync(folder)).toEqual(ours)
    for (const name of ours) {
      const text = read(folder, name)
      expect(text).not.toContain('uses: ./')
      expect(text).toMatch(new RegExp(`uses: herd/book/\\.github/actions/herdbook@${COMMIT} # v\\d`))
      expect(violations(name, text)).toEqual([])
      expect((await parseWorkflow(name, text)).errors).toEqual([])
      expect(await lint(name, text)).toEqual([])
    }
  })

  it('has the forms, and who approves what', async () => {
    using dir = scratch()
    await call(dir.path, [
      'init',
      DOMAIN,
      '--action',
      ACTION,
      '--owners',
      '@alice,@bob',
      '--moderators',
      '@herd/moderators',
    ])
    expect(readdirSync(join(dir.path, '.github/ISSUE_TEMPLATE'))).toEqual(
      readdirSync(join(ROOT, '.github/ISSUE_TEMPLATE')),
    )
    const rules = read(dir.path, '.github/CODEOWNERS')
      .split('\n')
      .filter((line) => /^[*/]/.test(line))
    expect(rules[0]).toBe('* @alice @bob')
    expect(rules.slice(1)).toEqual(
      ['domain-blocks', 'email-domain-blocks', 'ip-blocks', 'rules', 'username-blocks'].map(
        (name) => `/instance/${name}.yaml @herd/moderators @alice @bob`,
      ),
    )
  })

  it('says who is missing, and promises no answer where no workflows were written', async () => {
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance'])
    expect(stdout).toContain(`Replace ${UNFILLED.owners} and ${UNFILLED.moderators} in .github/CODEOWNERS`)
    expect(stdout).toContain('No workflows were written')
    expect(readdirSync(join(dir.path, '.github'))).toEqual(['CODEOWNERS'])
    expect(read(dir.path, 'README.md')).not.toMatch(/open an issue|pull request|button/)
    // Named later, they come, and who is known is filled in.
    await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance', '--action', ACTION])
    expect(readdirSync(join(dir.path, '.github/workflows'))).toContain('herdbook-apply.yml')
  })

  it('leaves nobody to fill in where the owners are known', async () => {
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance', '--owners', '@alice'])
    expect(stdout).not.toContain('in .github/CODEOWNERS with')
    expect(read(dir.path, '.github/CODEOWNERS')).toMatch(/^\* @alice$[^]*^\/instance\/rules\.yaml @alice$/m)
  })

  it('is named in the instance where it is known, by hand or from the remote', async () => {
    for (const address of [null, 'git@github.com:herd/instance.git']) {
      using dir = scratch()
      if (address !== null) {
        git(dir.path, 'init', '--quiet', '-b', 'trunk')
        git(dir.path, 'remote', 'add', 'origin', address)
      }
      const { stdout } = await call(dir.path, [
        'init',
        DOMAIN,
        ...(address === null ? ['--github', 'herd/instance'] : []),
      ])
      expect(read(dir.path, 'instance/instance.yaml')).toMatch(/^forge:\n {2}github: herd\/instance$/m)
      expect(await call(dir.path, ['validate'])).toMatchObject({ code: 0, stderr: '' })
      expect(stdout).toContain(`repos/herd/instance/branches/${address === null ? 'main' : 'trunk'}/protection`)
    }
  })

  it('has pull requests planned with a token of their own, which the commands ask for', async () => {
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance'])
    expect(read(dir.path, 'instance/instance.yaml')).toMatch(/^ {4}read_token: \{ env: HERDBOOK_READ_TOKEN \}$/m)
    expect(stdout).toContain('gh secret set HERDBOOK_READ_TOKEN --repo herd/instance --env herdbook-plan')
  })

  it('says that its branch protection takes the place of one that is there', async () => {
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance'])
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'This replaces a protection that main already has. ' +
        'If you have one, leave this out: herdbook doctor shows what to add',
    )
  })

  it('says that GitHub stops what runs at night where nothing happens, and what finds that', async () => {
    using dir = scratch()
    const { stdout } = await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance'])
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/after 60 days without activity, .*herdbook doctor/)
    using bare = scratch()
    expect((await call(bare.path, ['init', DOMAIN])).stdout).not.toContain('60 days')
  })

  it('protects by the check of the environment that an instance there already names', async () => {
    using dir = scratch()
    put(dir.path, { 'instance/instance.yaml': `domain: ${DOMAIN}\nenvironment: staging\n` })
    expect((await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance'])).stdout).toContain(
      '"checks":[{"context":"herdbook/staging","app_id":15368}]',
    )
  })

  it('an instance that is there already is told what to add', async () => {
    using dir = scratch()
    put(dir.path, { 'instance/instance.yaml': `domain: ${DOMAIN}\n` })
    expect((await call(dir.path, ['init', DOMAIN, '--github', 'herd/instance'])).stdout).toContain(
      'forge: { github: herd/instance }',
    )
    expect(read(dir.path, 'instance/instance.yaml')).toBe(`domain: ${DOMAIN}\n`)
  })

  it.each([
    ['--github', 'herd'],
    ['--github', 'https://github.com/herd/instance'],
    ['--owners', 'alice'],
    ['--owners', ','],
    ['--moderators', '@herd/mods\n* @mallory'],
    ['--action', 'herd/book@main'],
    ['--action', `herd/book@${COMMIT} # v1\n      - run: id`],
  ])('%s %s is refused, and nothing is written', async (option, value) => {
    using dir = scratch()
    expect(await call(dir.path, ['init', DOMAIN, option, value])).toMatchObject({ code: 9, stdout: '' })
    expect(readdirSync(dir.path)).toEqual([])
  })
})

describe("a copy of Herdbook's own repository", () => {
  function copied(dir: string): string {
    for (const folder of ['instance', '.github/actions', 'schema'])
      cpSync(join(ROOT, folder), join(dir, folder), { recursive: true })
    put(dir, { 'README.md': 'Herdbook' })
    git(dir, 'init', '--quiet', '-b', 'main')
    commit(dir, 'Begin')
    return dir
  }

  it('loses the example and nothing else, and runs the Herdbook that it holds', async () => {
    using dir = scratch()
    copied(dir.path)
    const ran = await call(dir.path, ['init', DOMAIN, '--action', ACTION])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain(`Removed the example of Herdbook: ${EXAMPLE.size} files`)
    expect(readdirSync(join(dir.path, 'instance'))).toEqual(['instance.yaml', 'policy.yaml'])
    expect(await call(dir.path, ['validate'])).toMatchObject({ code: 0, stdout: '2 files are valid.\n' })
    expect(read(dir.path, 'README.md')).toBe('Herdbook')
    expect(read(dir.path, '.github/workflows/herdbook-apply.yml')).toBe(
      read(ROOT, '.github/workflows/herdbook-apply.yml'),
    )
    expect(
      git(dir.path, 'status', '--porcelain')
        .split('\n')
        .filter((line) => / D /.test(` ${line}`) && !line.includes('instance/')),
    ).toEqual([])
  })

  it.each([
    [
      'a file of it was changed',
      (dir: string) => void commit(dir, 'Change', { 'instance/rules.yaml': 'rules: []\n' }),
      'rules.yaml',
    ],
    ['a change is not committed', (dir: string) => put(dir, { 'instance/about.md': 'Ours\n' }), 'about.md'],
    ['something else lies in it', (dir: string) => put(dir, { 'instance/notes.txt': 'Ours\n' }), 'notes.txt'],
    ['a folder lies in it', (dir: string) => put(dir, { 'instance/ours/notes.txt': 'Ours\n' }), 'ours'],
  ])('keeps all of it where %s', async (_, change, name) => {
    using dir = scratch()
    copied(dir.path)
    change(dir.path)
    const before = readdirSync(join(dir.path, 'instance'))
    const ran = await call(dir.path, ['init', DOMAIN])
    expect(ran).toMatchObject({ code: 9, stdout: '' })
    expect(ran.stderr).toContain(name)
    expect(readdirSync(join(dir.path, 'instance'))).toEqual(before)
  })

  it('keeps all of it where Git could not bring it back', async () => {
    using dir = scratch()
    mkdirSync(join(dir.path, 'x'))
    cpSync(join(ROOT, 'instance'), join(dir.path, 'x/instance'), { recursive: true })
    const before = readdirSync(join(dir.path, 'x/instance'))
    expect((await call(dir.path, ['init', DOMAIN, '--dir', 'x'])).code).toBe(9)
    expect(readdirSync(join(dir.path, 'x/instance'))).toEqual(before)
  })

  it('holds in its own files what init writes elsewhere', async () => {
    for (const [path, text] of await githubFiles(UNFILLED, 'own'))
      if (!path.endsWith('dependabot.yml')) expect(read(ROOT, path), path).toBe(text)
    expect(read(ROOT, '.github/CODEOWNERS')).toBe(codeowners(UNFILLED))
  })
})
