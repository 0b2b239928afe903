import { expect, test } from 'vitest'
import { filesFeeding, filesOf, isEnough, ownedFilesOf } from '../../src/approvals/files-of-step.ts'
import { emptyLedger } from '../../src/reconcile/ledger/ledger.ts'

const [byOwner, byAnother] = [{ byOwner: true }, { byOwner: false }]

test.each([
  ['what its kind’s file says, where moderators look after it', { kind: 'domain-block' }, true],
  ['what its kind’s file says, where owners do', { kind: 'role' }, false],
  [
    'what another file says, too, and owners look after that',
    { kind: 'domain-block', files: ['access.yaml', 'domain-blocks.yaml'] },
    false,
  ],
  ['what only files say that moderators look after', { kind: 'role', files: ['ip-blocks.yaml', 'rules.yaml'] }, true],
  ['what nobody knows the file of', { kind: 'toString' }, false],
])('a merge by no owner is enough for a step of %s: by the strictest of its files', (_, step, enough) => {
  expect(isEnough(byAnother, step)).toBe(enough)
  expect(isEnough(byOwner, step)).toBe(true)
})

test('the files of a step are its kind’s first where it says none', () => {
  expect(filesOf({ kind: 'rule-order' })).toEqual(['rules.yaml'])
  expect(filesOf({ kind: 'rule', files: ['access.yaml'] })).toEqual(['access.yaml'])
})

test('the owners’ files of an object are those of the ledger, else all that could feed it', () => {
  const entry = { kind: 'domain-block', id: 'a.example', serverId: null, fields: {}, commit: null }
  const ledger = (sources?: readonly string[]) => ({
    ...emptyLedger,
    entries: new Map([['domain-block/a.example', { ...entry, ...(sources && { sources }) }]]),
  })
  expect(ownedFilesOf('domain-block/a.example', ledger())).toEqual([])
  expect(ownedFilesOf('domain-block/a.example', ledger(['access.yaml', 'domain-blocks.yaml']))).toEqual(['access.yaml'])
  expect(ownedFilesOf('moderator/alice', emptyLedger)).toEqual(['moderators.yaml'])
  expect(ownedFilesOf('nothing/alice', emptyLedger)).toEqual([])
  expect(filesFeeding('moderator/alice')).toEqual(['moderators.yaml'])
})
