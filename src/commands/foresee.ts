import { KINDS } from '../kinds/index.ts'
import { equal } from '../reconcile/equal.ts'
import type { Ledger } from '../reconcile/ledger-types.ts'
import { desiredOf } from './observe.ts'
import type { Session } from './session.ts'

/** Whether this run will need the console, as far as files and ledger tell: it boots while everything else is read. */
export function needsConsole({ config, instance, io }: Session, ledger: Ledger): boolean {
  if (!config.mastodon?.console || ledger.head === null) return false
  if (ledger.intents.length > 0) return true
  const desired = desiredOf(instance, io.now())
  return KINDS.some((kind) => {
    const d = desired.get(kind.name)
    if (kind.writes.includes('rest') || d?.state !== 'managed') return false
    const known = [...ledger.entries.values()].filter((entry) => entry.kind === kind.name)
    const same = d.objects.every((object) => equal(object.fields, ledger.entries.get(`${kind.name}/${object.id}`)?.fields ?? null))
    return !same || known.length > d.objects.length
  })
}
