import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { commentOn, type Farm } from './github-instance.ts'
import { git } from './git.ts'
import type { Ran } from './run-output.ts'
import { ran } from './runner.ts'

/** The list that they change. */
export const BLOCKS = 'instance/domain-blocks.yaml'
export const pullJobs = { workflows: /^herdbook-pull/ }

/** The files of a push. */
export type Files = Parameters<Farm['hub']['act']['push']>[0]['files']

/** More than 10 GB once it is written out. */
const BOMB =
  'a: &a [x, x]\n' +
  Array.from(
    { length: 32 },
    (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`,
  ).join('\n') +
  '\nip_blocks: []\n'
const LONG = 'settings:\n  site_extended_description: { file: /proc/self/environ }\n'
const NAME = 'instance/x\n::set-output name=stolen::yes\n.yaml'

/** Files that lead elsewhere: to a secret, the environment, somebody else's repository, far more than they look. */
export const forkFiles = (secret: string, module: string): NonNullable<Files> => ({
  'instance/rules.yaml': { mode: '120000', content: secret },
  'instance/roles.yaml': { mode: '120000', content: '/proc/self/environ' },
  'instance/terms-of-service.yaml': { mode: '160000', content: git(module, 'rev-parse', 'HEAD') },
  '.gitmodules': `[submodule "m"]\n\tpath = instance/terms-of-service.yaml\n\turl = ${module}\n`,
  'instance/ip-blocks.yaml': BOMB,
  'instance/settings.yaml': LONG,
  [NAME]: 'x: 1\n',
})

const size = (node: unknown, known = new Map<unknown, number>()): number => {
  if (typeof node !== 'object' || node === null) return 3
  const before = known.get(node) ?? Object.values(node).reduce<number>((sum, one) => sum + size(one, known), 2)
  known.set(node, before)
  return before
}

/** What a checkout of them is taken for where it is read as it is, and what that shows. */
export const NAIVE: readonly (readonly [what: string, naive: (checkout: string) => string, caught: RegExp])[] = [
  ['a link to a secret', (dir) => readFileSync(join(dir, 'instance/rules.yaml'), 'utf8'), /nobody may read/],
  ['a link to the environment', (dir) => readFileSync(join(dir, 'instance/roles.yaml'), 'utf8'), /PATH=/],
  [
    'a submodule',
    (dir) =>
      execFileSync('git', ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init'], {
        cwd: dir,
      }).toString() + readFileSync(join(dir, 'instance/terms-of-service.yaml/README.md'), 'utf8'),
    /somebody else/,
  ],
  [
    'the environment as a long text',
    (dir) => readFileSync(resolve(dir, 'instance', '/proc/self/environ'), 'utf8'),
    /PATH=/,
  ],
  [
    'aliases that expand to 10 GB',
    (dir) => String(size(parse(readFileSync(join(dir, 'instance/ip-blocks.yaml'), 'utf8'), { maxAliasCount: -1 }))),
    /^\d{11,}$/,
  ],
  [
    'a name that holds a command',
    (dir) => git(dir, 'ls-files', '-z', 'instance').replaceAll('\0', '\n'),
    /^::set-output name=stolen/m,
  ],
]

/** Words that would ping, close, load pictures or steer the runner where they stand as they are; a few are harmless. */
export const WORDS = [
  '::set-output name=a::b',
  '::add-mask::x',
  'x ##[add-path]/tmp',
  '@everyone @herd/owners',
  'Closes #1, fixes herd/instance#1',
  'https://evil.example/ www.evil.example',
  '![beacon](https://evil.example/b.png)',
  '<img src=https://evil.example/b.png>',
  '</details><!--',
  '-->',
  '``` x',
  'a | b | c',
  `<!-- herdbook-approvals v2 seal=${'0'.repeat(32)} groups=0 names= -->`,
  'x'.repeat(5_000),
]

/** An entry of the list of blocks. */
export const entry = (domain: string, comment?: string): string =>
  `  - domain: ${domain}\n` +
  `    severity: none\n${comment === undefined ? '' : `    public_comment: ${JSON.stringify(comment)}\n`}`

/** What people who may not write try with pull requests. */
export function attacking(herd: () => Farm) {
  const withBlocks = (...entries: string[]): string => `${herd().file(BLOCKS)}\n${entries.join('')}`

  let branches = 0
  /** A pull request from a fork of Mallory's, or from a branch of Mo's, and the job that looked at it. */
  async function opened(files: Files, { fork = true, body = '', message = 'Change', from = herd() } = {}) {
    const [by, branch] = [fork ? 'mallory' : 'mo', `attack-${(branches += 1)}`]
    const head = await from.hub.act.push({ by, branch, fork, message, ...(files === undefined ? {} : { files }) })
    const number = await from.hub.act.openPull({ by, branch, title: 'Attack', fork, body })
    const job = ran(await from.settle(pullJobs), fork ? 'check' : 'plan')
    return { number, head, branch, job, comment: () => commentOn(from, number) }
  }

  /** A maintainer asks for a plan of the commit that they looked at. */
  async function askedFor({ number, head }: { readonly number: number; readonly head: string }): Promise<Ran> {
    await herd().hub.act.comment(number, `/plan ${head.slice(0, 12)}`, 'ann')
    return ran(await herd().settle(pullJobs), 'plan')
  }
  return { withBlocks, opened, askedFor }
}
