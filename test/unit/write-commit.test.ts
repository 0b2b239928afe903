import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CommitContent } from '../../src/reconcile/repository.ts'
import { git, scratch } from '../support/git.ts'
import { open } from '../support/repository.ts'

const REF = 'refs/herdbook/production/ledger'
const TEXTS = ['', 'one', 'one\n', 'a\r\nb\r\n\n', '\0\u{1f404}ä\n', 'x'.repeat(70_000)]
const NAMES = ['b.json', 'B.json', 'é "quoted".jsonl', ' leading', 'tab\tin', 'z']
const FILES = new Map(NAMES.map((name, i): [string, string] => [name, TEXTS[i] ?? '']))
const CASES: readonly [string, CommitContent][] = [
  ['no files', { files: new Map(), subject: 'Begin' }],
  ['names and texts of all sorts', { files: FILES, subject: 'Applied' }],
  ['trailers', { files: new Map([['a', 'b\n']]), subject: '# é  ', trailers: { Run: '7', Nonce: 'mark :1' } }],
]

/** Settings by which `git commit` would write something else. */
const SETTINGS = {
  'user.name': 'Zoë van der Tést',
  'user.email': 'zoe@herd.example',
  'core.autocrlf': 'true',
  'commit.gpgSign': 'true',
  'i18n.commitEncoding': 'latin1',
  'core.compression': '0',
  'transfer.unpackLimit': '1',
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-30T12:34:56.789Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each([
  [
    'sha1',
    [
      '44d561a63befa531924725af62b202d1985065dc',
      '9397930484df433f2b024ae1e1819a3dde7f4844',
      'fa025d8999bb2f8c6d76c4be3b8852bf6a518b12',
      '610c1dee64e6934804f3852dc0ecd91423fcdf7b',
    ],
  ],
  [
    'sha256',
    [
      '4f46dc5be5cf6d319401d307585dabe65d5b678aac4ec66295990eb6295eff60',
      'b6a4027878836000c5d1777a2359160c713f8efc34b828d9fc9392a7aba33979',
      '84e17dbb39983362e7061f4d84ecc245ceb951a00e24b2b4a4bb8d7a3dcb7ba9',
      'd024685db0749f8dc61f4c6205953d17b273ba4d5c8f92ca9df54d9d31d3730c',
    ],
  ],
])('the ids of commits, where Git names objects by %s', (format, golden) => {
  it('are the same for the same input, whatever the settings say', async () => {
    using base = scratch()
    git(base.path, 'init', '--quiet', `--object-format=${format}`, 'r')
    const dir = join(base.path, 'r')
    for (const [name, value] of Object.entries(SETTINGS)) git(dir, 'config', name, value)
    const repository = await open(dir)
    const ids: string[] = []
    for (const [name, content] of CASES) {
      const written = await repository.write(`${REF}-${ids.length}`, null, content)
      ids.push(written.state === 'written' ? written.commit : name)
    }
    const merged = await repository.write(REF, null, { files: FILES, subject: 'Merged', parents: ids.slice(0, 2) })
    ids.push(merged.state === 'written' ? merged.commit : 'merged')
    expect(ids).toEqual(golden)
    expect(git(dir, 'fsck', '--strict', '--full')).toBe('')
    expect(git(dir, 'for-each-ref', '--format=%(refname)').trim().split('\n')).toEqual([
      REF,
      ...CASES.map((_, i) => `${REF}-${i}`),
    ])
  })
})
