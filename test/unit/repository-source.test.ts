import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitSource } from '../../src/git/source.ts'
import { directorySource } from '../../src/instance/source.ts'
import { commit, git, newRepository, put, scratch } from '../support/git.ts'

const names = (entries: readonly { readonly name: string; readonly kind: string }[]): string[] =>
  entries.map(({ name, kind }) => `${kind} ${name}`).sort((a, b) => (a < b ? -1 : 1))

describe('files out of Git', () => {
  it('are those of the commit, whatever lies in the working tree', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), {
      'instance/rules.yaml': 'rules: []\r\n',
      'instance/ü\n.md': 'Ü',
      '.gitattributes': '* text eol=lf ident export-subst\n',
    })
    git(dir, 'config', 'core.autocrlf', 'true')
    const at = commit(dir, 'Bytes', { 'instance/bytes.md': '\u0000$Id$\n' })
    put(dir, { 'instance/rules.yaml': 'changed', 'instance/new.yaml': '' })
    const source = gitSource(dir, at, 'instance')
    expect(names(await source.list())).toEqual(['file bytes.md', 'file rules.yaml', 'file ü\n.md'])
    expect((await source.read('ü\n.md')).toString()).toBe('Ü')
    expect((await source.read('bytes.md')).toString()).toBe('\u0000$Id$\n')
    await expect(source.read('new.yaml')).rejects.toThrow('is not a file in instance')
  })

  it('are listed as the folder would be: links and folders as such, and never followed', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), {
      'instance/a.yaml': 'a',
      'instance/deep/b.yaml': 'b',
      secret: 'x',
    })
    symlinkSync('../secret', join(dir, 'instance/link.yaml'))
    const source = gitSource(dir, commit(dir, 'Link'), 'instance')
    expect(names(await source.list())).toEqual(names(await directorySource(join(dir, 'instance')).list()))
    await expect(source.read('link.yaml')).rejects.toThrow('is not a file in instance')
  })

  it('are none where the commit has no such folder, and an option is no commit', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), { 'README.md': 'x' })
    expect(await gitSource(dir, git(dir, 'rev-parse', 'HEAD'), 'instance').list()).toEqual([])
    expect(() => gitSource(dir, '--output=leak', 'instance')).toThrow('is not a full commit id')
    await expect(gitSource(dir, 'f'.repeat(40), 'instance').list()).rejects.toMatchObject({ exit: 10 })
  })
})
