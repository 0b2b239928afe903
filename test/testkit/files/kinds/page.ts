import type { Instance } from '../../../../src/instance/instance.ts'
import type { Claims } from '../../../../src/reconcile/claims.ts'
import { sha256 } from '../../../../src/reconcile/digest.ts'
import { claimsOf, listsIn, SOURCES } from '../instance.ts'
import { IN_ONE_GO, expectedBy, fieldsOf, fileAt, idsIn, NAME, word, wrote, type FilesKind } from '../kind.ts'

/** The program that serves them: before it there is no place for them. */
const SITE = 'site'
const FOLDER = `opt/${SITE}`

const placeOf = (id: string): string => `${FOLDER}/pages/${id}`

const claims = (instance: Instance): Claims =>
  claimsOf(instance, 'pages', ({ text, source }) => ({
    id: text('name'),
    fields: { digest: sha256(text('content')) },
    source,
  }))

/** A page of the program `site`. */
export const page: FilesKind = {
  name: 'page',
  provider: NAME,
  title: { one: 'page', many: 'pages' },
  sources: SOURCES,
  drift: 'report',
  ...IN_ONE_GO,
  absence: { is: 'delete' },
  claims,
  hazard: () => 'reversible',
  contents: (instance) =>
    listsIn(instance, 'pages').flatMap(({ entries }) => (entries ?? []).map(({ text }) => text('content'))),
  asks: (ids) => ({ paths: ids.map(placeOf), folders: [FOLDER] }),
  madeBy: (live) => (live.folders.get(FOLDER)?.state === 'absent' ? `program/${SITE}` : null),
  read: (live, hints) =>
    idsIn(hints).flatMap((id) => {
      const fact = fileAt(live, placeOf(id))
      return fact === null ? [] : [{ id, serverId: null, fields: fieldsOf(fact) }]
    }),
  opens: () => false,
  impact: () => null,
  write: async (step, { lock, content }) => {
    const path = placeOf(step.id)
    const expect = expectedBy(step)
    if (step.action === 'delete') return wrote(await lock.remove({ path, expect }), path)
    const wanted = { path, content: content(word(step.target['digest'])), mode: '0644', sealed: false }
    return wrote(await lock.write({ ...wanted, expect }), path)
  },
}
