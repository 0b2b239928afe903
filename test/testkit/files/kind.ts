import { EXIT, fail } from '../../../src/instance/diagnostic.ts'
import type { Instance } from '../../../src/instance/instance.ts'
import type { DraftStep, KindInput, Kind, Lease } from '../../../src/reconcile/kind.ts'
import type { UnfinishedProtocol, Impact, Step } from '../../../src/reconcile/plan/types.ts'
import type { ProtocolResult } from '../../../src/reconcile/provider.ts'
import type { Fields, Value } from '../../../src/instance/values.ts'
import type { ObjectRef } from '../../../src/reconcile/values.ts'
import type { LiveObject, SecretAnswer } from '../../../src/reconcile/objects.ts'
import type { LiveFiles } from './answers.ts'
import type { FilesLock, NotDone } from './connection.ts'
import type { Fact, FactsRequest, Written } from './wire.ts'

export const NAME = 'files'

/** A kind of this provider: what of it is asked for and read, and how it is written. */
export interface FilesKind extends Kind {
  /** What its steps may write: they name it by its digest. */
  readonly contents: (instance: Instance) => readonly string[]
  /** What the far end is asked for, by the ids that files and ledger know. */
  readonly asks: (ids: readonly string[]) => Partial<FactsRequest>
  /** The object whose step makes the place where this kind is; null where that is there, or not known to be missing. */
  readonly madeBy: (live: LiveFiles) => ObjectRef | null
  /**
   * From facts to normalised objects. Pure; throws a HerdbookError on what nobody could read, which makes the kind
   * unknown.
   */
  readonly read: (live: LiveFiles, hints: KindInput, answers: Answers) => readonly LiveObject[]
  /** Whether a step gives access to more people than before. */
  readonly opens: (step: DraftStep) => boolean
  readonly impact: (step: DraftStep) => Impact | null
  readonly write: (step: Step, ways: Ways) => Promise<Wrote>
  /** What was cut off between the phases of its apply, as the machine keeps it. */
  readonly unfinished: (live: LiveFiles) => readonly UnfinishedProtocol[]
  /** Brings that to its end, or takes it back. */
  readonly resume: (
    one: UnfinishedProtocol,
    course: 'on' | 'back',
    ways: Pick<Ways, 'lock'>,
    lease: Lease,
  ) => Promise<ProtocolResult>
}

/** Of a kind whose steps are done in one go. */
export const IN_ONE_GO: Pick<FilesKind, 'unfinished' | 'resume'> = {
  unfinished: () => [],
  resume: ({ kind, id }) => Promise.reject(new Error(`${kind}/${id} is done in one go`)),
}

/** How the machine compares secrets, by the path of what holds them. One that is missing was not compared. */
export type Answers = ReadonlyMap<string, SecretAnswer>

/** What a step is written with. */
export interface Ways {
  readonly lock: FilesLock
  readonly lease: Lease
  /** The content of that digest, as the files have it. */
  readonly content: (digest: string) => string
  /** The value of a secret. Rejects (exit 9) where this run does not have it. */
  readonly secret: (name: string) => Promise<string>
}

export type Wrote = { readonly state: 'done' } | NotDone

/** What a field holds that is always a text. */
export const word = (value: Value | undefined): string =>
  typeof value === 'string' ? value : fail(EXIT.defect, 'files-field', 'A field of a step is no text.')

/** What came of a write that expects something to be there: nothing, where something else was. */
export function wrote(answer: Written | NotDone, what: string): Wrote {
  if (answer.state === 'refused' || answer.state === 'failed') return answer
  if (answer.state === 'done') return { state: 'done' }
  const message = `${what} is not as the plan saw it any more.`
  return {
    state: 'refused',
    reason: { code: 'moved', severity: 'error', message, hint: 'Run apply again: it reads what is there now.' },
  }
}

/** The ids that files, ledger and runs that were cut off know of a kind. */
export const idsIn = ({ desired, ledger, attempts }: Pick<KindInput, 'desired' | 'ledger' | 'attempts'>): string[] => [
  ...new Set([...desired.map(({ id }) => id), ...ledger.keys(), ...attempts.map(({ id }) => id)]),
]

type FileFact = Extract<Fact, { readonly state: 'file' }>

/** A file as an object has it; its size is in no file of the instance, and is what a write expects. */
export const fieldsOf = ({ digest, mode, size }: FileFact): Fields => ({ digest, mode, size })

/**
 * The fact of a path, where that is a file or nothing. Throws (exit 10) on anything else: a person has to look at it.
 */
export function fileAt(live: LiveFiles, path: string): FileFact | null {
  const fact = live.files.get(path) ?? { state: 'unreadable' as const, why: 'it was not asked for' }
  if (fact.state === 'file') return fact
  if (fact.state === 'absent') return null
  const why = fact.state === 'unreadable' ? fact.why : `it is ${fact.state === 'sealed' ? 'sealed' : `a ${fact.what}`}`
  return fail(EXIT.unreadable, 'files-unread', `${path} can't be read as a file: ${why}`)
}

/** What a step expects at a path, by what the plan saw there. */
export function expectedBy({ seen }: Pick<Step, 'seen'>): Fact {
  const { digest, mode, size } = seen
  return typeof digest === 'string' && typeof mode === 'string' && typeof size === 'number'
    ? { state: 'file', digest, mode, size }
    : { state: 'absent' }
}
