import { EXIT, fail, type Diagnostic } from '../../instance/diagnostic.ts'
import type { Form } from '../values.ts'
import type { Sealing } from '../digest.ts'
import { Malformed } from './lines.ts'
import { readRows, writeRows, type Whose } from './rows.ts'
import type { Files, Snapshot } from '../repository.ts'
import { signatureOf } from '../signature.ts'
import type { Ledger } from './types.ts'
import type { Adjustment } from '../plan/types.ts'

/** The way out where a ledger is not taken. */
export const SIGN =
  'If that is as it should be, an owner signs it anew: herdbook ledger sign "why", or on GitHub the button new-key'

/** The ledger of a server that nothing was applied to yet, and of an instance outside Git. */
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

/** Told by every run without a key. A ledger that is there already has to be signed. */
export const unsigned = ({ head }: Pick<Ledger, 'head'>): Diagnostic => ({
  code: 'ledger-unsigned',
  severity: 'warning',
  message:
    'The ledger and the lock are not signed: anybody who can push to this repository can change them unnoticed, and what was seen on the server is remembered in this clone alone.',
  hint: `Name a secret as ledger_key in instance.yaml${head === null ? '.' : ', then: herdbook ledger sign "why"'}`,
})

/** Told by every run outside Git. */
export const NO_LEDGER: Diagnostic = {
  code: 'no-ledger',
  severity: 'warning',
  message:
    'This folder is not in a Git repository, so there is no ledger: nothing is ever deleted, and what differs is changed only with --take-over.',
  hint: 'git init',
}

/** Writes down what needs no write to live, or what was verified. */
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

const whoseOf = ({ scope: { environment, provider, repository } }: Sealing): Whose => ({
  environment,
  provider,
  repository,
})

/** The ledger as files, in the newest form. */
export const serializeLedger = (ledger: Ledger, sealing: Sealing, at: string): Files =>
  writeRows(ledger, whoseOf(sealing), at)

/** Reads a ledger, and refuses one that is not signed as it has to be, or is of a form that does not count any more. `moved`: its repository has another history now, and that is meant. */
export function parseLedger(snapshot: Snapshot, sealing: Sealing, forms: ReadonlySet<Form>, moved = false): Ledger {
  const read = tryRead(snapshot)
  const whose = read instanceof Malformed ? null : read.whose
  // What was signed as another's is that one's; that it says whose it is, is for people.
  const own =
    moved && whose !== null && whose.repository !== undefined
      ? { ...sealing, scope: { ...sealing.scope, repository: whose.repository } }
      : sealing
  const signed = signatureOf(snapshot, 'ledger', own)
  const { key } = sealing
  if (key !== null && signed.is === 'unsigned')
    refuse('ledger-not-signed', snapshot, 'is not signed, and instance.yaml names a ledger_key')
  if (key === null && signed.is === 'wrong')
    refuse(
      'ledger-key-missing',
      snapshot,
      'is signed, and instance.yaml names no ledger_key to check it with',
      'Name it again as ledger_key in instance.yaml: the ledger can be read with it alone.',
    )
  if (whose !== null && signed.is !== 'right') refuseForeign(snapshot, whose, own)
  if (signed.is === 'wrong')
    refuse(
      'ledger-forged',
      snapshot,
      'is not signed with your ledger_key: somebody else wrote it, or the key is another',
    )
  if (read instanceof Malformed) return refuse('ledger-unreadable', snapshot, read.message)
  refuseForeign(snapshot, read.whose, own)
  // An unsigned one says of itself which version it is: it protects nobody either way.
  const form = signed.is === 'unsigned' ? read.version : signed.form
  if (!forms.has(form))
    refuse('ledger-old-form', snapshot, 'is signed in the form of version 1, and a ledger of version 2 was seen here')
  return ledgerOf(snapshot, read, form, signed.is === 'right')
}

/** Reads a ledger that was found to be right, or that nobody signed. */
export function ledgerOf(
  snapshot: Snapshot,
  { version: _version, whose: _whose, ...rows }: ReturnType<typeof readRows>,
  form: Form,
  signed: boolean,
): Ledger {
  return { ...rows, head: snapshot.id, form, signed }
}

/** What the files of a ledger hold, signed or not, or why they can't be read. */
export function tryRead({ files }: Snapshot): ReturnType<typeof readRows> | Malformed {
  try {
    return readRows(files)
  } catch (cause) {
    if (cause instanceof Malformed) return cause
    throw cause
  }
}

/** Says whose it is, where it is another's: then the key may be right and the place wrong. */
function refuseForeign(snapshot: Snapshot, whose: Whose, { scope }: Sealing): void {
  if (whose.environment !== scope.environment)
    refuse('ledger-forged', snapshot, `belongs to the environment ${JSON.stringify(whose.environment)}`)
  if (whose.provider !== undefined && whose.provider !== scope.provider)
    refuse('ledger-elsewhere', snapshot, `belongs to ${JSON.stringify(whose.provider)}, and this is ${scope.provider}`)
  if (whose.repository !== undefined && whose.repository !== scope.repository) {
    fail(
      EXIT.refused,
      'ledger-elsewhere',
      `The ledger (commit ${snapshot.id.slice(0, 12)}) belongs to another repository, or the history of this one was rewritten from its first commit on.`,
      {
        hint: 'If it was rewritten on purpose: herdbook apply --history-rewritten, or on GitHub the button new-history',
      },
    )
  }
}

function refuse(
  code: string,
  snapshot: Snapshot,
  what: string,
  hint = `Look at it: git log -p ${snapshot.id}. ${SIGN}`,
): never {
  fail(EXIT.refused, code, `The ledger (commit ${snapshot.id.slice(0, 12)}) ${what}.`, { hint })
}
