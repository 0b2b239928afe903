import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cloneOf, type Herd } from './sandbox.ts'
import { commit, git, put } from './git.ts'
import { fakePrograms } from './programs.ts'

export const LEDGER = 'refs/herdbook/production/ledger'
export const APPLY = ['apply', '--yes'] as const
export const BLOCK = {
  'instance/domain-blocks.yaml': 'domain_blocks:\n  - domain: hint.example\n    severity: limit\n',
}
export const bare = { begin: 'none' } as const
export const withRemote = { begin: 'none', remote: true } as const

/** A Git that takes every folder for another user's. */
export const { directory: another } = fakePrograms({
  git: 'export PATH="${PATH#*:}"; GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"',
})

/** No commit yet. */
export const unborn = ({ dir }: Herd): void => void git(dir, 'update-ref', '-d', 'HEAD')
/** The files without their repository. */
export const outsideGit = ({ dir }: Herd): void => rmSync(join(dir, '.git'), { recursive: true })
/** Somebody else pushes a commit. */
export const pushed = (herd: Herd): void =>
  cloneOf(herd, 'other').write(
    Object.fromEntries(Object.entries(BLOCK).map(([name, text]) => [name.replace('instance/', ''), text])),
  )
/** Two remotes, neither of them origin. */
export const two = ({ dir }: Herd): void =>
  ['alpha', 'beta'].forEach((name) => void git(dir, 'remote', 'add', name, `${dir}-${name}.git`))
/** A commit that shares nothing with what is there. */
export const orphan = ({ dir }: Herd): string => git(dir, 'commit-tree', '-m', 'Alone', git(dir, 'write-tree'))

/** A clone of the last commit alone. */
export function shallow(herd: Herd): void {
  commit(herd.dir, 'Second', BLOCK)
  git(herd.dir, 'push', '--quiet', 'origin', 'main')
  const cut = cloneOf(herd, 'shallow', '--depth=1')
  rmSync(herd.dir, { recursive: true })
  git(join(cut.dir, '..'), 'clone', '--quiet', '--depth=1', `file://${herd.dir}.git`, herd.dir)
}

/** A ledger of more files than are read. */
export function crowded({ dir }: Herd): void {
  const blob = git(dir, 'rev-parse', 'HEAD:instance/instance.yaml')
  const rows = Array.from({ length: 1001 }, (_, i) => `100644 blob ${blob}\tf${i}`).join('\n')
  writeFileSync(join(dir, '.git/rows'), `${rows}\n`)
  const tree = git(dir, '-c', 'alias.made=!git mktree < .git/rows', 'made')
  git(dir, 'update-ref', LEDGER, git(dir, 'commit-tree', '-m', 'Many', tree))
}

/** Both sides change one rule. */
export function parted({ dir }: Herd): void {
  const rules = (text: string) => ({ 'instance/rules.yaml': `rules:\n  - key: be-kind\n    text: ${text}\n` })
  commit(dir, 'Rules', rules('Be kind.'))
  git(dir, 'switch', '--quiet', '--create', 'topic')
  commit(dir, 'Topic', rules('Be very kind.'))
  git(dir, 'switch', '--quiet', 'main')
  commit(dir, 'Main', rules('Be kind to all.'))
  git(dir, 'switch', '--quiet', 'topic')
}

/** A checkout without the list of blocks. */
export function sparse({ dir }: Herd): void {
  commit(dir, 'Blocks', BLOCK)
  git(dir, 'sparse-checkout', 'set', '--no-cone', '/*', '!instance/domain-blocks.yaml')
}

/** The list of blocks has no text any more. */
export function emptied({ dir }: Herd): void {
  commit(dir, 'Blocks', BLOCK)
  put(dir, { 'instance/domain-blocks.yaml': '' })
}
