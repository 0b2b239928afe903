import type { Instance } from '../../../../src/instance/instance.ts'
import type { Claims } from '../../../../src/reconcile/claims.ts'
import { sha256 } from '../../../../src/reconcile/digest.ts'
import type { Change } from '../../../../src/reconcile/plan/types.ts'
import type { Value } from '../../../../src/instance/values.ts'
import { claimsOf, listsIn, SOURCES } from '../instance.ts'
import { IN_ONE_GO, expectedBy, fieldsOf, fileAt, idsIn, NAME, word, wrote, type FilesKind } from '../kind.ts'

/** A folder that is wholly ours: whatever else lies in it was added by hand. */
const OURS = 'etc/herdbook.d'

/** The files that access.yaml and services.yaml name. */
const claims = (instance: Instance): Claims =>
  claimsOf(instance, 'files', ({ text, source }) => ({
    id: text('path'),
    fields: { digest: sha256(text('content')), mode: text('mode', '0644') },
    source,
  }))

const isWider = ({ field, before, after }: Change): boolean =>
  field === 'mode' && before !== null && (bitsOf(after) & ~bitsOf(before)) !== 0

const bitsOf = (mode: Value): number => Number.parseInt(word(mode), 8)

/** A file on the machine: known by its path, compared by the digest of what it holds and by its mode. */
export const file: FilesKind = {
  name: 'file',
  provider: NAME,
  title: { one: 'file', many: 'files' },
  sources: SOURCES,
  drift: 'correct',
  ...IN_ONE_GO,
  absence: { is: 'delete' },
  claims,
  hazard: () => 'reversible',
  contents: (instance) =>
    listsIn(instance, 'files').flatMap(({ entries }) => (entries ?? []).map(({ text }) => text('content'))),
  asks: (ids) => ({ paths: ids, folders: [OURS] }),
  madeBy: () => null,
  read: (live, hints) => {
    const below = [...live.files.keys()].filter((path) => path.startsWith(`${OURS}/`))
    return [...new Set([...idsIn(hints), ...below])].flatMap((path) => {
      const fact = fileAt(live, path)
      return fact === null ? [] : [{ id: path, serverId: null, fields: fieldsOf(fact) }]
    })
  },
  opens: ({ changes }) => changes.some(isWider),
  impact: () => null,
  write: async (step, { lock, content }) => {
    const expect = expectedBy(step)
    if (step.action === 'delete') return wrote(await lock.remove({ path: step.id, expect }), step.id)
    const { digest, mode } = step.target
    const wanted = { path: step.id, content: content(word(digest)), mode: word(mode), sealed: false }
    return wrote(await lock.write({ ...wanted, expect }), step.id)
  },
}
