import { expect, it, test } from 'vitest'
import type { Instance } from '../../src/instance/instance.ts'
import {
  absenceOf,
  leftBehind,
  leftBehindInWords,
  noteOnDelete,
  sideOf,
  takesStep,
  type Absence,
  type AbsenceRules,
} from '../../src/reconcile/plan/absence.ts'
import { decide } from '../../src/reconcile/plan/three-way-merge.ts'
import { equal } from '../../src/reconcile/equal.ts'
import type { Fields } from '../../src/instance/values.ts'

const instance: Instance = {
  documents: {},
  text: () => '',
  position: ({ file }) => ({ file, line: 1, column: 1 }),
}
const DELETE: Absence = { is: 'delete' }
const PACKAGE: Absence = { is: 'release', remove: 'apt purge nginx' }
const SETTING: Absence = { is: 'release', remove: null }
const USER: Absence = { is: 'lock', stays: 'the home and the account' }

test.each<[string, Absence, boolean, string | undefined, readonly object[]]>([
  ['is deleted', DELETE, true, undefined, []],
  ['is released, and a person can remove it', PACKAGE, false, undefined, [{ ref: 'k/a', remove: 'apt purge nginx' }]],
  ['is released, and there is nothing to remove', SETTING, false, undefined, []],
  ['is locked', USER, true, 'It is locked. It keeps the home and the account.', []],
])('what the files no longer name %s', (_, absence, step, note, left) => {
  expect(takesStep(absence)).toBe(step)
  expect(noteOnDelete(absence)).toBe(note)
  expect(leftBehind('k/a', absence)).toEqual(left)
})

it('can mean something else for one object than for its kind: by its state live, and by what files manage', () => {
  const directory: AbsenceRules = {
    absence: DELETE,
    absenceOf: ({ live }) => (live?.fields['entries'] === 0 ? DELETE : { is: 'release', remove: 'rm -r it' }),
  }
  const of = (entries: number): string =>
    absenceOf(directory, { id: 'srv', live: { id: 'srv', serverId: null, fields: { entries } } }, instance).is
  expect([of(0), of(2)]).toEqual(['delete', 'release'])
  const role: AbsenceRules = {
    absence: DELETE,
    absenceOf: (_object, { documents }) => (documents['roles.yaml']?.roles === undefined ? SETTING : DELETE),
  }
  expect(absenceOf(role, { id: 'a', live: null }, instance)).toEqual(SETTING)
  expect(absenceOf(role, { id: 'a', live: null }, { ...instance, documents: { 'roles.yaml': { roles: [] } } })).toEqual(
    DELETE,
  )
  expect(absenceOf({ absence: USER }, { id: 'a', live: null }, instance)).toEqual(USER)
})

it('is said in one sentence a way', () => {
  const list = ['package/nginx', 'package/certbot'].flatMap((ref) =>
    leftBehind(ref, { is: 'release', remove: 'apt purge NAME' }),
  )
  expect(leftBehindInWords([...list, ...leftBehind('mount/srv', { is: 'release', remove: 'umount /srv' })])).toEqual([
    'mount/srv stays on the server. To remove it: umount /srv',
    'package/certbot, package/nginx stay on the server. To remove them: apt purge NAME',
  ])
  expect(leftBehindInWords([])).toEqual([])
})

test('a foreign file that must go: shown, deleted once a person says so, and drift where it comes back', () => {
  const live: Fields = { content: 'theirs' }
  const verdictOf = (here: Fields | null, entry: { fields: Fields; state?: 'absent' } | undefined) =>
    decide({
      desired: sideOf({ fields: {}, state: 'absent' }),
      live: here,
      ledger: sideOf(entry),
      managed: true,
      attempts: [],
      same: (_field, a, b) => equal(a, b),
    })
  expect(verdictOf(live, undefined)).toMatchObject({ action: 'delete', apart: [{ cause: 'takeover' }] })
  expect(verdictOf(null, undefined)).toEqual({ is: 'in-sync' })
  expect(verdictOf(null, { fields: {}, state: 'absent' })).toEqual({ is: 'in-sync' })
  expect(verdictOf(live, { fields: {}, state: 'absent' })).toMatchObject({
    action: 'delete',
    apart: [{ cause: 'drift' }],
  })
  expect(verdictOf(live, { fields: live })).toMatchObject({ is: 'step', action: 'delete' })
})
