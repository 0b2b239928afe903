import { canonicalJson } from './digest.ts'
import { byText } from './equal.ts'
import { objectIn } from './seen.ts'
import type { Files } from './repository.ts'
import type {
  Approval,
  Attempt,
  Intent,
  Ledger,
  LedgerEntry,
  Marks,
  Merge,
  Notice,
  Pause,
  Removal,
  Seen,
  SeenLists,
  Weakening,
} from './ledger-types.ts'
import type { Action, Fields, ObjectRef } from './types.ts'

/** What a ledger holds but who signed it, and when. */
export type Rows = Omit<Ledger, 'head' | 'signed' | 'form'>

/** A ledger's files hold something else than they should. */
export class Malformed extends Error {}

const META = 'meta.json'
const LINES = '.jsonl'
const SEEN = 'seen.'
const DIGEST = 'digest'
type Members = { readonly [name: string]: unknown }

/** Where the identity of whose ledger it is stands: told beside the signature, which binds it. */
export interface Whose {
  readonly environment: string
  readonly provider?: string
  readonly repository?: string | null
}

/** The ledger as files: one a kind, one sorted line an object; and what later versions wrote, as it is. */
export function writeRows(ledger: Ledger, whose: Whose, at: string): Files {
  const byKind = Map.groupBy(ledger.entries.values(), (entry) => entry.kind)
  const files = new Map([
    ...ledger.more.files,
    ...[...byKind].map(([kind, entries]): [string, string] => [
      kind + LINES,
      lines(entries.sort((a, b) => byText(a.id, b.id)).map(entryLine)),
    ]),
  ])
  for (const [name, rows] of Object.entries(LISTS)) {
    const text = sorted(rows.write(ledger))
    if (text !== '' || rows.always) files.set(name + LINES, text)
  }
  for (const [name, text] of seenFiles(ledger.seen)) files.set(name, text)
  const { applied, taken, began, paused, upgraded } = ledger
  const meta = {
    ...ledger.more.meta,
    ...whose,
    version: 2,
    at,
    began: began ?? at,
    applied: Object.fromEntries(applied),
    taken,
    paused: paused ?? undefined,
    upgraded: upgraded ?? undefined,
  }
  files.set(META, lines([canonicalJson(meta)]))
  return files
}

/** Reads the files of a ledger of either version. Throws Malformed where one holds something else than it should. */
export function readRows(files: Files): Rows & { readonly version: 1 | 2; readonly whose: Whose } {
  const meta = members(json(META, files.get(META) ?? ''))
  const version = meta['version']
  if (version !== 1 && version !== 2)
    throw new Malformed(`has a version that this Herdbook doesn't know: ${JSON.stringify(version)}`)
  const rows = rowsIn(files)
  const {
    at,
    began,
    applied,
    taken,
    paused,
    upgraded,
    version: _version,
    environment: _environment,
    provider,
    repository,
    ...more
  } = meta
  const held = {
    approvals: rows('approvals').map(approvalOf),
    attempts: rows('attempts').map(attemptOf),
    intents: rows('intents').map(intentOf),
    notices: rows('notices').map(noticeOf),
  }
  const later = {
    merges: rows('merges').map(mergeOf),
    weakenings: rows('weakenings').map(weakeningOf),
    removed: rows('removed').map(removalOf),
  }
  return {
    ...held,
    ...later,
    version,
    whose: {
      environment: text(meta, 'environment'),
      ...(typeof provider === 'string' ? { provider } : {}),
      ...(typeof repository === 'string' || repository === null ? { repository } : {}),
    },
    at: text({ at }, 'at'),
    began: text({ began }, 'began'),
    // Version 1 had one pointer for all kinds.
    taken: version === 1 ? textOrNull({ applied }, 'applied') : textOrNull({ taken }, 'taken'),
    applied:
      version === 1
        ? new Map()
        : new Map(Object.keys(members(applied)).map((kind) => [kind, text(members(applied), kind)])),
    upgraded: typeof upgraded === 'string' ? upgraded : null,
    paused: paused === undefined ? null : pauseOf(members(paused)),
    entries: entriesIn(files, rows),
    seen: readSeen(files),
    more: { files: new Map([...files].filter(([name]) => !isKnown(name))), meta: fieldsFrom(more) },
  }
}

const rowsIn =
  (files: Files) =>
  (name: string): Members[] =>
    (files.get(name + LINES) ?? '')
      .split('\n')
      .filter((row) => row !== '')
      .map((row) => members(json(name + LINES, row)))

const isKnown = (name: string): boolean =>
  name === META ||
  name === DIGEST ||
  Object.hasOwn(LISTS, name.replace(LINES, '')) ||
  isKindFile(name) ||
  isSeenFile(name)

/** A kind's file has its name. What has a dot in it is something else, and left alone where this version does not know it. */
const isKindFile = (name: string): boolean =>
  /^[a-z][a-z0-9-]*\.jsonl$/.test(name) && !Object.hasOwn(LISTS, name.replace(LINES, ''))

/** The seen list of a kind has the kind's name, too. */
const isSeenFile = (name: string): boolean => name.startsWith(SEEN) && isKindFile(name.slice(SEEN.length))

/** The seen lists as files: one a kind, also where nothing is on it. */
export const seenFiles = (lists: SeenLists): Files =>
  new Map([...lists].map(([kind, list]) => [`${SEEN}${kind}${LINES}`, sorted([...list.values()])]))

/** Reads the seen lists out of files. Throws Malformed where one holds something else than it should. */
export function readSeen(files: Files): SeenLists {
  const rows = rowsIn(files)
  return new Map(
    [...files.keys()].filter(isSeenFile).map((file) => {
      const list = rows(file.slice(0, -LINES.length)).map(seenOf)
      return [file.slice(SEEN.length, -LINES.length), new Map(list.map((row) => [objectIn(row.mark), row]))]
    }),
  )
}

function entriesIn(files: Files, rows: (name: string) => Members[]): Map<ObjectRef, LedgerEntry> {
  const kinds = [...files.keys()].filter(isKindFile).map((name) => name.slice(0, -LINES.length))
  const entries = kinds.flatMap((kind) => rows(kind).map((row) => entryOf(kind, row)))
  return new Map(entries.map((entry): [ObjectRef, LedgerEntry] => [`${entry.kind}/${entry.id}`, entry]))
}

/** The files that hold no objects of a kind. Those that version 1 always wrote are always there. */
const LISTS: {
  readonly [name: string]: { readonly write: (ledger: Ledger) => readonly object[]; readonly always?: true }
} = {
  attempts: { write: ({ attempts }) => attempts, always: true },
  intents: { write: ({ intents }) => intents, always: true },
  approvals: {
    write: ({ approvals }) =>
      approvals.map(({ pullRequest, ...approval }) => ({ ...approval, pull_request: pullRequest })),
    always: true,
  },
  notices: { write: ({ notices }) => notices, always: true },
  merges: { write: ({ merges }) => merges.map(mergeLine) },
  weakenings: { write: ({ weakenings }) => weakenings },
  removed: { write: ({ removed }) => removed },
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('')
const sorted = (rows: readonly object[]): string => lines(rows.map(canonicalJson).sort(byText))
const entryLine = ({ id, serverId, fields, consent, sources, state, commit, more }: LedgerEntry): string =>
  canonicalJson({ ...more, id, server_id: serverId, fields, consent, sources, state, commit })

function json(name: string, source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    throw new Malformed(`holds a line in ${name} that is not JSON`)
  }
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
// What JSON.parse gives is a Value, so an object of it is Fields.
const isFields = (value: unknown): value is Fields => isMembers(value)
const members = (value: unknown): Members => (isMembers(value) ? value : {})
const fieldsFrom = (value: unknown): Fields => (isFields(value) ? value : {})

function text(row: Members, name: string): string {
  const value = row[name]
  if (typeof value === 'string') return value
  throw new Malformed(`holds a line whose ${name} is not a text`)
}

const textOrNull = (row: Members, name: string): string | null => (row[name] === null ? null : text(row, name))

function texts(row: Members, name: string): readonly string[] {
  const value = row[name]
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value
  throw new Malformed(`holds a line whose ${name} is not a list of texts`)
}

/** Nothing comes from no file: an empty list would let everything be deleted. */
function someTexts(row: Members, name: string): readonly string[] {
  const all = texts(row, name)
  if (all.length === 0) throw new Malformed(`holds a line whose ${name} are none`)
  return all
}

function amount(row: Members, name: string): number {
  const value = row[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Malformed(`holds a line whose ${name} is not a number`)
}

function fieldsOf(row: Members, name: string): Fields {
  const value = row[name]
  if (isFields(value)) return value
  throw new Malformed(`holds a line whose ${name} is not an object`)
}

function entryOf(kind: string, row: Members): LedgerEntry {
  const { id: _id, server_id: _server, fields: _fields, commit: _commit, consent, sources, state, ...more } = row
  if (state !== undefined && state !== 'absent') throw new Malformed('holds a line whose state is not "absent"')
  const entry = {
    kind,
    id: text(row, 'id'),
    serverId: textOrNull(row, 'server_id'),
    fields: fieldsOf(row, 'fields'),
    commit: textOrNull(row, 'commit'),
  }
  return {
    ...entry,
    ...(typeof consent === 'number' ? { consent } : {}),
    ...(sources === undefined ? {} : { sources: someTexts(row, 'sources') }),
    ...(state === undefined ? {} : { state }),
    ...(Object.keys(more).length === 0 ? {} : { more: fieldsFrom(more) }),
  }
}

function actionOf(row: Members): Action {
  const action = text(row, 'action')
  if (action !== 'create' && action !== 'update' && action !== 'delete')
    throw new Malformed('holds an attempt that is no create, update or delete')
  return action
}

const attemptOf = (row: Members): Attempt => ({
  ...later(row),
  kind: text(row, 'kind'),
  id: text(row, 'id'),
  action: actionOf(row),
  fields: fieldsOf(row, 'fields'),
  commit: textOrNull(row, 'commit'),
})
const noticeOf = (row: Members): Notice => ({
  ...later(row),
  ref: text(row, 'ref'),
  at: text(row, 'at'),
  from: text(row, 'from'),
})
const weakeningOf = (row: Members): Weakening => ({
  ...later(row),
  kind: text(row, 'kind'),
  at: text(row, 'at'),
  count: amount(row, 'count'),
})
const removalOf = (row: Members): Removal => ({
  ...later(row),
  ref: text(row, 'ref'),
  by: text(row, 'by'),
  at: text(row, 'at'),
  why: text(row, 'why'),
})
const seenOf = (row: Members): Seen => ({ ...later(row), mark: text(row, 'mark') })
const pauseOf = (row: Members): Pause => ({
  ...later(row),
  by: text(row, 'by'),
  at: text(row, 'at'),
  why: text(row, 'why'),
})

/** A row as it is: what it holds besides what this version reads comes with it, and is written again. */
const later = (row: Members): object => row

function intentOf(row: Members): Intent {
  const hazard = text(row, 'hazard')
  if (hazard !== 'reversible' && hazard !== 'disruptive' && hazard !== 'irreversible')
    throw new Malformed('holds a debt of an unknown hazard')
  return {
    ...later(row),
    kind: text(row, 'kind'),
    id: text(row, 'id'),
    action: actionOf(row),
    fields: fieldsOf(row, 'fields'),
    hazard,
    what: text(row, 'what'),
    repeatable: row['repeatable'] === true,
  }
}

function approvalOf(row: Members): Approval {
  const { pull_request: pullRequest, ...rest } = row
  const facts = {
    digest: text(row, 'digest'),
    ref: text(row, 'ref'),
    by: text(row, 'by'),
    at: text(row, 'at'),
    source: text(row, 'source'),
  }
  return {
    ...later(rest),
    ...facts,
    ...(typeof pullRequest === 'number' ? { pullRequest } : {}),
    form: formOf(row),
    spent: row['spent'] === true,
  }
}

/** What says nothing of its form is of the first. */
const formOf = (row: Members): 1 | 2 => (row['form'] === 2 ? 2 : 1)

function mergeOf(row: Members): Merge {
  const marks: Marks = {
    form: formOf(row),
    groups: amount(row, 'groups'),
    marks: texts(row, 'marks'),
    names: texts(row, 'names'),
    restore: texts(row, 'restore'),
    askedBy: texts(row, 'asked_by'),
    isOurs: row['ours'] === true,
  }
  return {
    pullRequest: amount(row, 'pull_request'),
    by: text(row, 'by'),
    at: text(row, 'at'),
    byOwner: row['by_owner'] === true,
    marks,
  }
}

const mergeLine = ({ pullRequest, byOwner, marks: { askedBy, isOurs, ...marks }, ...merge }: Merge): object => ({
  ...merge,
  ...marks,
  pull_request: pullRequest,
  by_owner: byOwner,
  asked_by: askedBy,
  ours: isOurs,
})
