import { EXIT, fail } from '../../../../src/instance/diagnostic.ts'
import type { Instance } from '../../../../src/instance/instance.ts'
import type { Claims } from '../../../../src/reconcile/claims.ts'
import { asSecret } from '../../../../src/reconcile/plan/secret-fields.ts'
import type { DesiredObject } from '../../../../src/reconcile/objects.ts'
import type { Fields } from '../../../../src/instance/values.ts'
import { claimsOf, SOURCES } from '../instance.ts'
import { IN_ONE_GO, idsIn, NAME, word, wrote, type FilesKind } from '../kind.ts'
import type { Fact } from '../wire.ts'

const claims = (instance: Instance): Claims =>
  claimsOf(instance, 'credentials', ({ text, count, source }) => ({
    id: text('path'),
    fields: { value: { secret: text('secret'), version: count('version') }, mode: text('mode', '0600') },
    source,
  }))

const secretOf = ({ value }: Fields): string =>
  asSecret(value)?.secret ?? fail(EXIT.defect, 'files-field', 'A credential holds no secret.')

/** The secrets that its files are compared with, by their paths. */
export const secretsOf = (objects: readonly DesiredObject[]): ReadonlyMap<string, string> =>
  new Map(objects.map(({ id, fields }) => [id, secretOf(fields)]))

const expected = ({ mode }: Fields): Fact =>
  mode === undefined ? { state: 'absent' } : { state: 'sealed', mode: word(mode) }

/** A file that holds a secret: the machine says whether it is the one that this run has, and nothing else of it. */
export const credential: FilesKind = {
  name: 'credential',
  provider: NAME,
  title: { one: 'credential', many: 'credentials' },
  sources: SOURCES,
  drift: 'report',
  ...IN_ONE_GO,
  absence: { is: 'delete' },
  claims,
  hazard: () => 'reversible',
  contents: () => [],
  asks: (ids) => ({ sealed: ids }),
  madeBy: () => null,
  read: (live, hints, answers) =>
    idsIn(hints).flatMap((id) => {
      const fact = live.files.get(id)
      if (fact?.state === 'absent') return []
      if (fact?.state !== 'sealed') return fail(EXIT.unreadable, 'files-unread', `${id} can't be read as a file`)
      return [{ id, serverId: null, fields: { mode: fact.mode }, secrets: { value: answers.get(id) ?? 'uncompared' } }]
    }),
  opens: () => false,
  impact: () => null,
  write: async (step, { lock, secret }) => {
    const expect = expected(step.seen)
    if (step.action === 'delete') return wrote(await lock.remove({ path: step.id, expect }), step.id)
    const content = await secret(secretOf(step.target))
    const wanted = { path: step.id, content, mode: word(step.target['mode']), sealed: true }
    return wrote(await lock.write({ ...wanted, expect }), step.id)
  },
}
