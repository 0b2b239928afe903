import type { Instance } from '../../../../src/instance/instance.ts'
import type { Claims } from '../../../../src/reconcile/claims.ts'
import { sha256 } from '../../../../src/reconcile/digest.ts'
import type { KindInput, Lease } from '../../../../src/reconcile/kind.ts'
import type { ProtocolResult } from '../../../../src/reconcile/provider.ts'
import type { FilesLock } from '../connection.ts'
import type { Phase } from '../wire.ts'
import type { Fields } from '../../../../src/instance/values.ts'
import type { LiveObject } from '../../../../src/reconcile/objects.ts'
import { claimsOf, listsIn, SOURCES } from '../instance.ts'
import { expectedBy, fieldsOf, fileAt, idsIn, NAME, word, wrote, type FilesKind, type Wrote } from '../kind.ts'

const MODE = '0644'

/** Where the version stands that runs. */
const placeOf = (id: string): string => `opt/${id}/version`

/** The programs that services.yaml names. */
const claims = (instance: Instance): Claims =>
  claimsOf(instance, 'programs', ({ text, source }) => ({
    id: text('name'),
    fields: { version: text('version') },
    source,
  }))

/** The far end tells digests: a version is known by that of one that files, ledger or an earlier run had. */
function versionOf(digest: string, id: string, { desired, ledger, attempts }: KindInput): string {
  const known: (Fields | undefined)[] = [
    ...desired.filter((one) => one.id === id).map(({ fields }) => fields),
    ledger.get(id)?.fields,
    ...attempts.filter((one) => one.id === id).map(({ fields }) => fields),
  ]
  const versions = known.flatMap((fields) => (typeof fields?.['version'] === 'string' ? [fields['version']] : []))
  return versions.find((version) => sha256(version) === digest) ?? `unknown (${digest.slice(0, 12)})`
}

function before(id: string, { ledger }: KindInput): LiveObject[] {
  const entry = ledger.get(id)
  return entry === undefined ? [] : [{ id, serverId: entry.serverId, fields: entry.fields }]
}

/** A program whose version is brought in by a protocol: the new one is staged, switched to, and proven. */
export const program: FilesKind = {
  name: 'program',
  provider: NAME,
  title: { one: 'program', many: 'programs' },
  sources: SOURCES,
  drift: 'report',
  absence: { is: 'release', remove: null },
  claims,
  hazard: () => 'disruptive',
  contents: (instance) =>
    listsIn(instance, 'programs').flatMap(({ entries }) => (entries ?? []).map(({ text }) => text('version'))),
  asks: (ids) => ({ paths: ids.map(placeOf) }),
  madeBy: () => null,
  read: (live, hints) =>
    idsIn(hints).flatMap((id) => {
      // Until its protocol has ended, it is as it was: the step that it carries out is to be done still.
      if (live.protocols.some((one) => one.id === id)) return before(id, hints)
      const fact = fileAt(live, placeOf(id))
      if (fact === null) return []
      return [{ id, serverId: null, fields: { ...fieldsOf(fact), version: versionOf(fact.digest, id, hints) } }]
    }),
  opens: () => false,
  impact: ({ id, action }) =>
    action === 'create' ? null : { text: `${id} runs another version, without a pause`, weight: 1, details: {} },
  write: async (step, { lock, content, lease }) => {
    const protocol = { id: step.id, digest: step.digest }
    const path = placeOf(step.id)
    const wanted = { path, content: content(sha256(word(step.target['version']))), mode: MODE, sealed: false }
    const staged = wrote(await lock.stage({ ...protocol, ...wanted, expect: expectedBy(step) }), path)
    if (staged.state !== 'done') return staged
    const ended = await goOn('staged', protocol, lock, lease)
    return ended.state === 'cut' ? CUT : ended
  },
  unfinished: ({ protocols }) =>
    protocols.flatMap((one) =>
      one.state === 'unfinished'
        ? [
            {
              kind: 'program',
              id: one.id,
              digest: one.digest,
              phase: one.phase,
              owns: [`file/${placeOf(one.id)}`],
              said: SAID[one.phase],
            },
          ]
        : [],
    ),
  resume: ({ id, digest, phase }, course, { lock }, lease) =>
    course === 'on' ? goOn(phase, { id, digest }, lock, lease) : takeBack(id, lock, lease),
}

const SAID: { readonly [phase in Phase]: string } = {
  staged: 'the new version lies beside the old one, which runs still',
  switched: 'the new version runs, and nobody has looked whether it does its work',
  proven: 'the new version runs and was looked at',
}

/** What a run that lost its lock, or was told to stop, leaves for the next one. */
const CUT: Wrote = {
  state: 'failed',
  reason: { code: 'cut-off', severity: 'error', message: 'The run ended between two phases; the next one goes on.' },
}

/** Puts the old version back, while the lock is held. */
const takeBack = (id: string, lock: FilesLock, lease: Lease): Promise<ProtocolResult> =>
  lease.holds() ? lock.back({ id }) : Promise.resolve({ state: 'cut' })

/** The phases that follow one, each only while the lock is held; then the record goes. */
async function goOn(
  from: string,
  protocol: { readonly id: string; readonly digest: string },
  lock: FilesLock,
  lease: Lease,
): Promise<ProtocolResult> {
  const phases = [() => lock.switch(protocol), () => lock.prove(protocol)]
  const over = { staged: 0, switched: 1 }[from] ?? phases.length
  for (const phase of phases.slice(over)) {
    if (!lease.holds()) return { state: 'cut' }
    const outcome = wrote(await phase(), placeOf(protocol.id))
    if (outcome.state !== 'done') return outcome
  }
  return lease.holds() ? lock.end({ id: protocol.id }) : { state: 'cut' }
}
