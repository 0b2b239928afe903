import { EXIT, fail } from '../../../../src/instance/diagnostic.ts'
import type { Instance } from '../../../../src/instance/instance.ts'
import type { Claims } from '../../../../src/reconcile/claims.ts'
import { canonicalJson, sha256 } from '../../../../src/reconcile/digest.ts'
import { byText } from '../../../../src/reconcile/equal.ts'
import type { Fields } from '../../../../src/instance/values.ts'
import type { LiveObject } from '../../../../src/reconcile/objects.ts'
import type { Step } from '../../../../src/reconcile/plan/types.ts'
import { claimsOf, listsIn, SOURCES } from '../instance.ts'
import { IN_ONE_GO, NAME, word, type FilesKind } from '../kind.ts'
import type { UnitFact } from '../wire.ts'

interface Input {
  readonly path: string
  readonly digest: string
  readonly mode: string
}

/** What a unit reads, and the digest of all of it. */
const fieldsFor = (inputs: readonly Input[]): Fields => {
  const sorted = inputs.toSorted((a, b) => byText(a.path, b.path))
  return {
    reads: sorted.map(({ path }) => path),
    inputs: sha256(canonicalJson(sorted.map(({ path, digest, mode }) => ({ path, digest, mode })))),
  }
}

/** The units that services.yaml names, with what they would read if all files were as they should be. */
function claims(instance: Instance): Claims {
  const files = listsIn(instance, 'files').flatMap(({ entries }) => entries ?? [])
  const byPath = new Map(
    files.map(({ text }) => [text('path'), { digest: sha256(text('content')), mode: text('mode', '0644') }]),
  )
  return claimsOf(instance, 'units', ({ text, texts, source }) => {
    const inputs = texts('reads').map((path): Input => {
      const { file, line } = instance.position(source)
      const wanted = byPath.get(path)
      return wanted
        ? { path, ...wanted }
        : fail(EXIT.invalid, 'files-shape', `${file} line ${line}: ${path} is no file of the instance`)
    })
    return { id: text('name'), fields: fieldsFor(inputs), source }
  })
}

const readsOf = ({ target: { reads } }: Pick<Step, 'target'>): string[] => (Array.isArray(reads) ? reads.map(word) : [])

function liveOf(fact: UnitFact): LiveObject[] {
  if (fact.state === 'stopped') return []
  if (fact.state === 'unreadable')
    return fail(EXIT.unreadable, 'files-unread', `What ${fact.unit} reads can't be known: ${fact.why}`)
  const inputs = fact.inputs.flatMap((one) =>
    one.state === 'file' ? [{ path: one.path, digest: one.digest, mode: one.mode }] : [],
  )
  return [{ id: fact.unit, serverId: null, fields: fieldsFor(inputs) }]
}

/** A unit, known by what it read when it was started last: it is started anew where that would be another. */
export const unit: FilesKind = {
  name: 'unit',
  provider: NAME,
  title: { one: 'unit', many: 'units' },
  sources: SOURCES,
  drift: 'report',
  ...IN_ONE_GO,
  absence: { is: 'release', remove: null },
  claims,
  hazard: ({ action }) => (action === 'create' ? 'reversible' : 'disruptive'),
  restarts: 'inputs',
  after: (step) => readsOf(step).map((path) => `file/${path}`),
  contents: () => [],
  asks: (ids) => ({ units: ids }),
  madeBy: () => null,
  read: (live) => [...live.units.values()].flatMap(liveOf),
  opens: () => false,
  impact: ({ id, action }) =>
    action === 'create' ? null : { text: `restarts ${id}`, weight: 1, details: { restarts: 1 } },
  write: async (step, { lock }) => {
    const answer = await lock.restart({ unit: step.id, reads: readsOf(step), sealed: [] })
    return answer.state === 'refused' || answer.state === 'failed' ? answer : { state: 'done' }
  },
}
