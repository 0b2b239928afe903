import { EXIT, fail, type Diagnostic } from '../../instance/diagnostic.ts'
import type { DigestForm } from '../values.ts'
import type { Sealing } from '../digest.ts'
import { Malformed } from './lines.ts'
import { readRows, writeRows, type LedgerIdentity } from './rows.ts'
import type { FileTexts, Snapshot } from '../repository.ts'
import { signatureOf } from '../signature.ts'
import type { Ledger } from './types.ts'
import type { Adjustment } from '../plan/types.ts'
import {
  FORGED,
  KEY_MISSING,
  lookAt,
  NOT_SIGNED,
  OLD_FORM,
  OTHER_REPOSITORY,
  otherEnvironment,
  otherServer,
  outsideGit,
  refused,
  unsignedLedger,
} from './texts.ts'

/** The ledger of a server without any apply, and of an instance outside Git. */
export const emptyLedger: Ledger = {
  head: null,
  at: null,
  began: null,
  form: null,
  upgraded: null,
  applied: new Map(),
  taken: null,
  signed: false,
  entries: new Map(),
  attempts: [],
  intents: [],
  approvals: [],
  merges: [],
  notices: [],
  weakenings: [],
  removed: [],
  providers: new Map(),
  seen: new Map(),
  paused: null,
  more: { files: new Map(), meta: {} },
}

/** The warning of every run without a key. */
export const unsigned = ({ head }: Pick<Ledger, 'head'>): Diagnostic => ({
  code: 'ledger-unsigned',
  severity: 'warning',
  ...unsignedLedger({ hasLedger: head !== null }),
})

/** The warning of every run outside Git. */
export const NO_LEDGER: Diagnostic = { code: 'no-ledger', severity: 'warning', ...outsideGit }

/** Records and forgets entries, with no write to live. */
export function adjust(ledger: Ledger, adjustments: readonly Adjustment[]): Ledger {
  const entries = new Map(ledger.entries)
  for (const adjustment of adjustments) {
    if (adjustment.to === 'forget') {
      entries.delete(adjustment.ref)
      continue
    }
    const ref = `${adjustment.entry.kind}/${adjustment.entry.id}`
    const more = entries.get(ref)?.more
    entries.set(ref, more === undefined ? adjustment.entry : { ...adjustment.entry, more })
  }
  return { ...ledger, entries }
}

const whoseOf = ({ scope: { environment, provider, repository } }: Sealing): LedgerIdentity => ({
  environment,
  provider,
  repository,
})

/** The ledger as files, in the newest form. */
export const serializeLedger = (ledger: Ledger, sealing: Sealing, at: string): FileTexts =>
  writeRows(ledger, whoseOf(sealing), at)

/** Reads a ledger. Refuses a wrong signature or an old form. `moved`: the history was rewritten on purpose. */
export function parseLedger(
  snapshot: Snapshot,
  sealing: Sealing,
  forms: ReadonlySet<DigestForm>,
  moved = false,
): Ledger {
  const read = tryRead(snapshot)
  const whose = read instanceof Malformed ? null : read.whose
  // The signature binds the repository. What the ledger says of it only helps people.
  const own =
    moved && whose !== null && whose.repository !== undefined
      ? { ...sealing, scope: { ...sealing.scope, repository: whose.repository } }
      : sealing
  const signed = signatureOf(snapshot, 'ledger', own)
  const { key } = sealing
  if (key !== null && signed.is === 'unsigned') refuse('ledger-not-signed', snapshot, NOT_SIGNED)
  if (key === null && signed.is === 'wrong') refuse('ledger-key-missing', snapshot, KEY_MISSING.why, KEY_MISSING.hint)
  if (whose !== null && signed.is !== 'right') refuseForeign(snapshot, whose, own)
  if (signed.is === 'wrong') refuse('ledger-forged', snapshot, FORGED)
  if (read instanceof Malformed) return refuse('ledger-unreadable', snapshot, read.message)
  refuseForeign(snapshot, read.whose, own)
  // An unsigned ledger names its own version: it protects nothing anyway.
  const form = signed.is === 'unsigned' ? read.version : signed.form
  if (!forms.has(form)) refuse('ledger-old-form', snapshot, OLD_FORM)
  return ledgerOf(snapshot, read, form, signed.is === 'right')
}

/** Makes a ledger of files whose signature was checked, or that are not signed. */
export function ledgerOf(
  snapshot: Snapshot,
  { version: _version, whose: _whose, ...rows }: ReturnType<typeof readRows>,
  form: DigestForm,
  signed: boolean,
): Ledger {
  return { ...rows, head: snapshot.id, form, signed }
}

/** Reads the files of a ledger, signed or not; else answers why they cannot be read. */
export function tryRead({ files }: Snapshot): ReturnType<typeof readRows> | Malformed {
  try {
    return readRows(files)
  } catch (cause) {
    if (cause instanceof Malformed) return cause
    throw cause
  }
}

/** Refuses a ledger of another environment, server or repository, and says whose it is. */
function refuseForeign(snapshot: Snapshot, whose: LedgerIdentity, { scope }: Sealing): void {
  if (whose.environment !== scope.environment) refuse('ledger-forged', snapshot, otherEnvironment(whose.environment))
  if (whose.provider !== undefined && whose.provider !== scope.provider)
    refuse('ledger-elsewhere', snapshot, otherServer({ theirs: whose.provider, ours: scope.provider }))
  if (whose.repository !== undefined && whose.repository !== scope.repository)
    refuse('ledger-elsewhere', snapshot, OTHER_REPOSITORY.why, OTHER_REPOSITORY.hint)
}

function refuse(code: string, { id }: Snapshot, why: string, hint = lookAt(id)): never {
  fail(EXIT.refused, code, refused({ commit: id, why }), { hint })
}
