import { unreachable } from '../../../src/ssh/executor.ts'
import { isRecord } from '../../../src/instance/get-own.ts'
import type {
  Compared,
  Fact,
  FactsRequest,
  FolderFact,
  Hello,
  Phase,
  ProtocolFact,
  Stamp,
  UnitFact,
  Verdict,
  Written,
} from './wire.ts'

// What the far end answered, checked. Whatever has another shape than was agreed is an error: it says nothing, and
// least of all that nothing is there.

/** What is live, by path and by name. */
export interface LiveFiles {
  /** Every path that was asked for, and all that was found below the folders. */
  readonly files: ReadonlyMap<string, Fact>
  readonly folders: ReadonlyMap<string, FolderFact>
  readonly units: ReadonlyMap<string, UnitFact>
  readonly protocols: readonly ProtocolFact[]
}

type Json = { readonly [key: string]: unknown }

export function helloIn(answer: unknown): Hello {
  const { stamp, reading, counter } = record(answer, 'hello')
  return {
    stamp: stamp === null ? null : stampIn(stamp),
    reading: flag(reading, 'reading'),
    counter: whole(counter, 'counter'),
  }
}

export function liveIn(answer: unknown, asked: FactsRequest): LiveFiles {
  const { files, folders, units, protocols } = record(answer, 'facts')
  const live = {
    files: mapOf(files, 'path', factIn),
    folders: mapOf(folders, 'path', folderIn),
    units: mapOf(units, 'unit', unitIn),
    protocols: list(protocols, 'protocols').map(protocolIn),
  }
  const named = [...asked.paths, ...asked.sealed]
  const below = (path: string): boolean => asked.folders.some((folder) => path.startsWith(`${folder}/`))
  agree(live.files, named, below)
  agree(live.folders, asked.folders)
  agree(live.units, asked.units)
  if (asked.sealed.some((path) => live.files.get(path)?.state === 'file')) odd('a digest of a secret')
  return live
}

export function verdictsIn(answer: unknown, asked: readonly Compared[]): readonly Verdict[] {
  const verdicts = list(answer, 'same').map((one): Verdict => {
    const { state, why } = record(one, 'verdict')
    if (state === 'same' || state === 'different' || state === 'absent') return { state }
    return state === 'unreadable' ? { state, why: word(why, 'why') } : odd('verdict')
  })
  return verdicts.length === asked.length ? verdicts : odd('number of verdicts')
}

export function writtenIn(answer: unknown): Written {
  const { state, live } = record(answer, 'written')
  return state === 'done' || state === 'changed' ? { state, live: factIn(record(live, 'live')) } : odd('state')
}

export function unitIn(answer: unknown): UnitFact {
  const found = record(answer, 'unit')
  const unit = word(found['unit'], 'unit')
  if (found['state'] === 'stopped') return { unit, state: 'stopped' }
  if (found['state'] === 'unreadable') return { unit, state: 'unreadable', why: word(found['why'], 'why') }
  if (found['state'] !== 'started') return odd('state of a unit')
  const inputs = [...mapOf(found['inputs'], 'path', factIn)].map(([path, fact]) => ({ path, ...fact }))
  return { unit, state: 'started', inputs }
}

export function endedIn(answer: unknown): { readonly state: 'done' } {
  return record(answer, 'ended')['state'] === 'done' ? { state: 'done' } : odd('state')
}

export const counterIn = (answer: unknown): number => whole(record(answer, 'lock')['counter'], 'counter')

function stampIn(value: unknown): Stamp {
  const { domain, environment, repository } = record(value, 'stamp')
  return {
    domain: word(domain, 'domain'),
    environment: word(environment, 'environment'),
    repository: word(repository, 'repository'),
  }
}

function factIn(fact: Json): Fact {
  switch (fact['state']) {
    case 'absent':
      return { state: 'absent' }
    case 'file':
      return {
        state: 'file',
        digest: digest(fact['digest']),
        mode: mode(fact['mode']),
        size: whole(fact['size'], 'size'),
      }
    case 'sealed':
      return { state: 'sealed', mode: mode(fact['mode']) }
    case 'other':
      return { state: 'other', what: WHATS.find((what) => what === fact['what']) ?? odd('what') }
    case 'unreadable':
      return { state: 'unreadable', why: word(fact['why'], 'why') }
    default:
      return odd('state')
  }
}

function folderIn(value: Json): FolderFact {
  const { state } = value
  const path = word(value['path'], 'path')
  if (state === 'complete' || state === 'absent') return { path, state }
  return state === 'unreadable' ? { path, state, why: word(value['why'], 'why') } : odd('state of a folder')
}

function protocolIn(value: unknown): ProtocolFact {
  const found = record(value, 'protocol')
  const id = word(found['id'], 'id')
  if (found['state'] === 'unreadable') return { id, state: 'unreadable', why: word(found['why'], 'why') }
  if (found['state'] !== 'unfinished') return odd('state of a protocol')
  return {
    id,
    state: 'unfinished',
    path: word(found['path'], 'path'),
    phase: PHASES.find((phase) => phase === found['phase']) ?? odd('phase'),
    digest: word(found['digest'], 'digest'),
    nonce: word(found['nonce'], 'nonce'),
    counter: whole(found['counter'], 'counter'),
  }
}

const WHATS = ['folder', 'link', 'special'] as const
const PHASES: readonly Phase[] = ['staged', 'switched', 'proven']

/** All that was asked for must be there, and nothing else but what may be. */
function agree(
  answered: ReadonlyMap<string, unknown>,
  asked: readonly string[],
  also: (name: string) => boolean = () => false,
): void {
  const names = new Set(asked)
  if (asked.some((name) => !answered.has(name))) odd('what is left out')
  if ([...answered.keys()].some((name) => !names.has(name) && !also(name))) odd('what was not asked for')
}

function mapOf<Value>(value: unknown, key: string, read: (one: Json) => Value): ReadonlyMap<string, Value> {
  const entries = list(value, `list by ${key}`).map((one) => {
    const found = record(one, key)
    return [word(found[key], key), read(found)] as const
  })
  const map = new Map(entries)
  return map.size === entries.length ? map : odd(`${key} that comes twice`)
}

const record = (value: unknown, what: string): Json => (isRecord(value) ? value : odd(what))
const list = (value: unknown, what: string): readonly unknown[] => (Array.isArray(value) ? value : odd(what))
const word = (value: unknown, what: string): string => (typeof value === 'string' ? value : odd(what))
const flag = (value: unknown, what: string): boolean => (typeof value === 'boolean' ? value : odd(what))
const whole = (value: unknown, what: string): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : odd(what)
const digest = (value: unknown): string =>
  /^[0-9a-f]{64}$/.test(word(value, 'digest')) ? String(value) : odd('digest')
const mode = (value: unknown): string => (/^[0-7]{4}$/.test(word(value, 'mode')) ? String(value) : odd('mode'))

function odd(what: string): never {
  throw unreachable('files-odd', `an answer of the far end of files has an odd shape: ${what}`)
}
