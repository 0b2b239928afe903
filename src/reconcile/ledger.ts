import { EXIT, fail, type Diagnostic } from '../instance/diagnostic.ts'
import { canonicalJson, sameDigest, seal, sha256, type Key } from './digest.ts'
import { byText } from './equal.ts'
import type { Content, Files, Snapshot } from './repository.ts'
import type { Action, Adjustment, Approval, Attempt, Fields, Intent, Ledger, LedgerEntry, Notice, ObjectRef, Pause } from './types.ts'

const DIGEST = 'digest'
const META = 'meta.json'
const LINES = '.jsonl'
/** The way out where a ledger is not taken. */
export const NEW_KEY = 'If that is as it should be: herdbook unlock --new-key "why", or on GitHub the button new-key'

/** The ledger of a server that nothing was applied to yet, and of an instance outside Git. */
export const emptyLedger: Ledger = {
  head: null,
  at: null,
  began: null,
  applied: null,
  signed: false,
  entries: new Map(),
  attempts: [],
  intents: [],
  approvals: [],
  notices: [],
  paused: null,
}

/** Told by every run without a key. */
export const UNSIGNED: Diagnostic = {
  code: 'ledger-unsigned',
  severity: 'warning',
  message: 'The ledger and the lock are not signed: whoever may push to this repository can change them unnoticed.',
  hint: 'Name a secret as ledger_key in instance.yaml, then: herdbook unlock --new-key "why"',
}

/** Told by every run outside Git. */
export const NO_LEDGER: Diagnostic = {
  code: 'no-ledger',
  severity: 'warning',
  message: 'This folder is not in a Git repository, so there is no ledger: nothing is ever deleted, and what differs is changed only with --take-over.',
  hint: 'git init',
}

/** Writes down what needs no write to live, or what was verified. */
export function adjust(ledger: Ledger, adjustments: readonly Adjustment[]): Ledger {
  const entries = new Map(ledger.entries)
  for (const adjustment of adjustments) {
    if (adjustment.to === 'forget') entries.delete(adjustment.ref)
    else entries.set(`${adjustment.entry.kind}/${adjustment.entry.id}`, adjustment.entry)
  }
  return { ...ledger, entries }
}

/** The ledger as files: one a kind, one sorted line an object. */
export function serializeLedger(ledger: Ledger, environment: string, at: string): Files {
  const byKind = Map.groupBy(ledger.entries.values(), (entry) => entry.kind)
  const files = new Map([...byKind].map(([kind, entries]) => [kind + LINES, lines(entries.sort((a, b) => byText(a.id, b.id)).map(entryLine))]))
  files.set(`attempts${LINES}`, sorted(ledger.attempts))
  files.set(`intents${LINES}`, sorted(ledger.intents))
  files.set(`approvals${LINES}`, sorted(ledger.approvals.map(approvalLine)))
  files.set(`notices${LINES}`, sorted(ledger.notices))
  files.set(META, lines([canonicalJson({ version: 1, environment, applied: ledger.applied, at, began: ledger.began ?? at, paused: ledger.paused ?? undefined })]))
  return files
}

/** Makes what is about to be committed fit for a commit message, and adds the digest where there is a key. */
export function signContent(draft: Content, environment: string, purpose: 'ledger' | 'lock', key: Key): Content {
  const trailers = Object.entries(draft.trailers ?? {}).map(([name, value]) => [name, oneLine(value)])
  const content = { ...draft, subject: oneLine(draft.subject), trailers: Object.fromEntries(trailers) }
  if (key === null) return content
  return { ...content, files: new Map([...content.files, [DIGEST, `${signature(content, environment, purpose, key)}\n`]]) }
}

/** Whether a snapshot carries the right digest; `unsigned` where it carries none. */
export function signatureOf(snapshot: Snapshot, environment: string, purpose: 'ledger' | 'lock', key: Key): 'right' | 'wrong' | 'unsigned' {
  const digest = snapshot.files.get(DIGEST)
  if (digest === undefined) return 'unsigned'
  if (key === null) return 'wrong'
  return sameDigest(digest.trim(), signature(snapshot, environment, purpose, key)) ? 'right' : 'wrong'
}

function signature(content: Content, environment: string, purpose: 'ledger' | 'lock', key: Key): string {
  const files = Object.fromEntries([...content.files].filter(([name]) => name !== DIGEST).map(([name, text]) => [name, sha256(text)]))
  return seal(purpose, { environment, files, parents: content.parents ?? [], subject: content.subject, trailers: content.trailers ?? {} }, key)
}

/** Reads a ledger, and refuses one that is not signed as it has to be. */
export function parseLedger(snapshot: Snapshot, environment: string, key: Key): Ledger {
  const signed = signatureOf(snapshot, environment, 'ledger', key)
  if (key !== null && signed === 'unsigned') refuse('ledger-not-signed', snapshot, 'is not signed, and instance.yaml names a ledger_key')
  if (key === null && signed === 'wrong') refuse('ledger-key-missing', snapshot, 'is signed, and instance.yaml names no ledger_key to check it with')
  if (signed === 'wrong') refuse('ledger-forged', snapshot, 'is not signed with your ledger_key: somebody else wrote it, or the key is another')
  return readLedger(snapshot, environment, signed === 'right')
}

/** Reads a ledger whoever signed it: for signing it anew. */
export function readLedger(snapshot: Snapshot, environment: string, signed: boolean): Ledger {
  const meta = members(parseJson(snapshot, META, snapshot.files.get(META) ?? ''))
  if (meta.version !== 1) refuse('ledger-unreadable', snapshot, `has a version that this Herdbook doesn't know: ${JSON.stringify(meta.version)}`)
  if (meta.environment !== environment) refuse('ledger-forged', snapshot, `belongs to the environment ${JSON.stringify(meta.environment)}`)
  const rows = (name: string): Members[] => jsonLines(snapshot, name + LINES).map(members)
  const kinds = [...snapshot.files.keys()].filter((name) => name.endsWith(LINES)).map((name) => name.slice(0, -LINES.length))
  try {
    const entries = kinds.filter((kind) => !RESERVED.has(kind)).flatMap((kind) => rows(kind).map((row) => entryOf(kind, row)))
    return {
      head: snapshot.id,
      at: text(meta, 'at'),
      began: text(meta, 'began'),
      applied: textOrNull(meta, 'applied'),
      signed,
      entries: new Map(entries.map((entry): [ObjectRef, LedgerEntry] => [`${entry.kind}/${entry.id}`, entry])),
      attempts: rows('attempts').map(attemptOf),
      intents: rows('intents').map(intentOf),
      approvals: rows('approvals').map(approvalOf),
      notices: rows('notices').map(noticeOf),
      paused: meta.paused === undefined ? null : pauseOf(members(meta.paused)),
    }
  } catch (cause) {
    if (cause instanceof Malformed) return refuse('ledger-unreadable', snapshot, cause.message)
    throw cause
  }
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()

const RESERVED = new Set(['attempts', 'intents', 'approvals', 'notices'])

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('')
const sorted = (rows: readonly object[]): string => lines(rows.map(canonicalJson).sort(byText))
const entryLine = ({ id, serverId, fields, consent, commit }: LedgerEntry): string => canonicalJson({ id, server_id: serverId, fields, consent, commit })

function refuse(code: string, snapshot: Snapshot, what: string): never {
  fail(EXIT.refused, code, `The ledger (commit ${snapshot.id.slice(0, 12)}) ${what}.`, { hint: `Look at it: git log -p ${snapshot.id}. ${NEW_KEY}` })
}

class Malformed extends Error {}

type Members = { readonly [name: string]: unknown }

function jsonLines(snapshot: Snapshot, name: string): unknown[] {
  const rows = (snapshot.files.get(name) ?? '').split('\n').filter((row) => row !== '')
  return rows.map((row) => parseJson(snapshot, name, row))
}

function parseJson(snapshot: Snapshot, name: string, source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    return refuse('ledger-unreadable', snapshot, `holds a line in ${name} that is not JSON`)
  }
}

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value)
// What JSON.parse gives is a Value, so an object of it is Fields.
const isFields = (value: unknown): value is Fields => isMembers(value)

function members(value: unknown): Members {
  return isMembers(value) ? value : {}
}

function text(row: Members, name: string): string {
  const value = row[name]
  if (typeof value === 'string') return value
  throw new Malformed(`holds a line whose ${name} is not a text`)
}

const textOrNull = (row: Members, name: string): string | null => (row[name] === null ? null : text(row, name))

function fieldsOf(row: Members, name: string): Fields {
  const value = row[name]
  if (isFields(value)) return value
  throw new Malformed(`holds a line whose ${name} is not an object`)
}

function entryOf(kind: string, row: Members): LedgerEntry {
  const entry = { kind, id: text(row, 'id'), serverId: textOrNull(row, 'server_id'), fields: fieldsOf(row, 'fields'), commit: textOrNull(row, 'commit') }
  return typeof row.consent === 'number' ? { ...entry, consent: row.consent } : entry
}

function actionOf(row: Members): Action {
  const action = text(row, 'action')
  if (action !== 'create' && action !== 'update' && action !== 'delete') throw new Malformed('holds an attempt that is no create, update or delete')
  return action
}

const attemptOf = (row: Members): Attempt => ({ kind: text(row, 'kind'), id: text(row, 'id'), action: actionOf(row), fields: fieldsOf(row, 'fields'), commit: textOrNull(row, 'commit') })

const noticeOf = (row: Members): Notice => ({ ref: text(row, 'ref'), at: text(row, 'at'), from: text(row, 'from') })

function intentOf(row: Members): Intent {
  const hazard = text(row, 'hazard')
  if (hazard !== 'reversible' && hazard !== 'disruptive' && hazard !== 'irreversible') throw new Malformed('holds a debt of an unknown hazard')
  return { kind: text(row, 'kind'), id: text(row, 'id'), action: actionOf(row), fields: fieldsOf(row, 'fields'), hazard, what: text(row, 'what'), repeatable: row.repeatable === true }
}

const approvalOf = (row: Members): Approval => ({
  digest: text(row, 'digest'),
  ref: text(row, 'ref'),
  by: text(row, 'by'),
  at: text(row, 'at'),
  source: text(row, 'source'),
  ...(typeof row.pull_request === 'number' ? { pullRequest: row.pull_request } : {}),
  spent: row.spent === true,
})

const approvalLine = ({ pullRequest, ...approval }: Approval): object => ({ ...approval, pull_request: pullRequest })

const pauseOf = (row: Members): Pause => ({ by: text(row, 'by'), at: text(row, 'at'), why: text(row, 'why') })
