import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/clients/repository.ts'
import { approve } from '../../src/reconcile/approvals.ts'
import { excerptOf, history, type Event } from '../../src/reconcile/history.ts'
import { ledgerStore } from '../../src/reconcile/ledger-store.ts'
import { adjust, emptyLedger } from '../../src/reconcile/ledger.ts'
import type { Ledger } from '../../src/reconcile/ledger-types.ts'
import type { Step } from '../../src/reconcile/types.ts'
import { commit, git, newRepository, scratch } from '../support/git.ts'
import { sealingWith } from '../support/sealing.ts'

const FILE = 'instance/domain-blocks.yaml'
const A = '  - domain: a.example   # spam\n    severity: limit\n'
const B = '  - domain: "b.example"\n    # a note\n    severity: suspend\n    public_comment: see a.example\n'

describe('the lines of one object', () => {
  it.each<[string, string, string, string | null]>([
    ['an item of a list', `domain_blocks:\n${B}${A}`, 'a.example', A.trimEnd()],
    ['not where another item mentions it', `domain_blocks:\n${B}`, 'a.example', null],
    ['quoted', `domain_blocks:\n${A}${B}`, 'b.example', '  - domain: "b.example"\n    severity: suspend\n    public_comment: see a.example'],
    ['named on a later line of its item', 'blocks:\n- severity: limit\n  domain: a.example\n- domain: c\n', 'a.example', '- severity: limit\n  domain: a.example'],
    ['an entry of a map', 'settings:\n  site_title: Herd\n  about: { file: about.md }\n', 'site_title', '  site_title: Herd'],
    ['an entry with a block under it', 'site_title: |\n  Herd\n  of all\nnext: 1\n', 'site_title', 'site_title: |\n  Herd\n  of all'],
    ['with other lists inside', 'rules:\n  - key: kind\n    translations:\n      - language: de\n        text: Nett\n  - key: other\n', 'kind', '  - key: kind\n    translations:\n      - language: de\n        text: Nett'],
    ['a bare item', 'protected:\n  - a.example\n  - b.example\n', 'b.example', '  - b.example'],
    ['nothing', '', 'a.example', null],
  ])('%s', (_, text, name, wanted) => {
    expect(excerptOf([name])(text)).toBe(wanted)
  })
})

describe('why an object is as it is', () => {
  const record = (ledger: Ledger, id: string, fields: { severity: string }, source: string): Ledger => adjust({ ...ledger, taken: source }, [{ to: 'record', entry: { kind: 'domain-block', id, serverId: '1', fields, commit: source } }])
  const brief = ({ what, by, subject, run, approvedBy }: Event): string => [what, by, subject, run, approvedBy].filter((part) => part !== null).join(' | ')

  it('is told by the commits that changed it, its approvals and the ledger', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const store = ledgerStore(repository, { sealing: sealingWith(null), branch: null })

    const first = commit(dir, 'Block a', { [FILE]: `domain_blocks:\n${A}` })
    let ledger = await store.save(record(emptyLedger, 'a.example', { severity: 'limit' }, first), 'Applied 1 step', { run: '1', source: first, approvedBy: ['carol'] })
    const second = commit(dir, 'Block b', { [FILE]: `domain_blocks:\n${B}${A}` })
    ledger = await store.save(record(ledger, 'b.example', { severity: 'suspend' }, second), 'Applied 1 step', { run: '2', source: second, approvedBy: [] })
    // Two branches that touch the same file, merged.
    git(dir, 'switch', '--quiet', '--create', 'raise')
    const raised = commit(dir, 'Raise a\n\nReviewed-by: Bob', { [FILE]: `domain_blocks:\n${B}${A.replace('limit', 'suspend')}` })
    git(dir, 'switch', '--quiet', 'main')
    commit(dir, 'Block c', { [FILE]: `domain_blocks:\n  - domain: c.example\n${B}${A}` })
    git(dir, 'merge', '--quiet', '--no-edit', 'raise')
    const head = git(dir, 'rev-parse', 'HEAD')
    const step = { digest: 'd', kind: 'domain-block', id: 'a.example' } as Step
    ledger = { ...ledger, approvals: approve(ledger.approvals, [step, { ...step, id: 'b.example' }], { by: 'dave', at: '2020-01-01T00:00:00.000Z', source: '#3' }) }
    ledger = await store.save(record(ledger, 'a.example', { severity: 'suspend' }, head), 'Applied 1 step', { run: '3', source: head, approvedBy: [] })
    // Recorded once more from a later commit, unchanged.
    ledger = await store.save(record(ledger, 'a.example', { severity: 'suspend' }, second), 'Applied 0 steps', { run: '4', source: head, approvedBy: [] })

    const told = await history(repository, { ref: 'domain-block/a.example', file: 'domain-blocks.yaml', excerpt: excerptOf(['a.example']), ledger, head })
    expect(told.map(brief).sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'applied | Alice | Applied 1 step | 1 | carol',
      'applied | Alice | Applied 1 step | 3',
      'approved | dave | #3 | dave',
      'proposed | Alice | Block a',
      'proposed | Alice | Raise a | Bob',
    ])
    expect(told.at(-1)?.what).toBe('approved')
    expect(told.find((event) => event.commit === raised)?.text).toContain('severity: suspend')
    expect(told.filter((event) => event.what === 'applied').map((event) => event.source)).toEqual(expect.arrayContaining([first, head]))
  })

  it('knows when it was taken out', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'), { [FILE]: `domain_blocks:\n${A}${B}` })
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const head = commit(dir, 'Lift a', { [FILE]: `domain_blocks:\n${B}` })
    const told = await history(repository, { ref: 'domain-block/a.example', file: 'domain-blocks.yaml', excerpt: excerptOf(['a.example']), ledger: emptyLedger, head })
    expect(told.map(({ subject, text }) => [subject, text])).toEqual(expect.arrayContaining([['Lift a', null], ['Begin', A.trimEnd()]]))
    expect(told).toHaveLength(2)
  })

  it('of an identity full of odd characters is found in the ledger', async () => {
    using base = scratch()
    const dir = newRepository(join(base.path, 'r'))
    const repository = await openRepository(dir)
    if (repository === null) throw new Error('outside Git')
    const store = ledgerStore(repository, { sealing: sealingWith(null), branch: null })
    const id = 'a.*+?(b)[c]{d}|^$\\"é/e'
    const ledger = await store.save(record(emptyLedger, id, { severity: 'none' }, 'a'.repeat(40)), 'Applied', { run: '1', source: null, approvedBy: [] })
    const told = await history(repository, { ref: `domain-block/${id}`, file: 'domain-blocks.yaml', excerpt: excerptOf([id]), ledger, head: null })
    expect(told.map(brief)).toEqual(['applied | Alice | Applied | 1'])
  })
})
