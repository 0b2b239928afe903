import { canonicalJson } from '../digest.ts'
import { byText } from '../equal.ts'
import { objectIn } from '../seen-list.ts'
import type { FileTexts } from '../repository.ts'
import type { Ledger, LedgerEntry, SeenLists } from './types.ts'
import type { ObjectRef } from '../values.ts'
import { unknownVersion } from './texts.ts'
import {
  Malformed,
  type JsonMembers,
  entryLine,
  json,
  members,
  fieldsFrom,
  text,
  textOrNull,
  entryOf,
  attemptOf,
  noticeOf,
  weakeningOf,
  removalOf,
  seenOf,
  pauseOf,
  verifiedOf,
  intentOf,
  approvalOf,
  mergeOf,
  mergeLine,
} from './lines.ts'

/** A ledger without its head and signature. */
export type LedgerRows = Omit<Ledger, 'head' | 'signed' | 'form'>

const META = 'meta.json'
const LINES = '.jsonl'
const SEEN = 'seen.'
const DIGEST = 'digest'
/** Has a dot, so that earlier versions keep the file and do not take it for a kind. */
const PROVIDERS = 'providers.verified'

/** Whose ledger it is, in plain words for people. The signature binds the same. */
export interface LedgerIdentity {
  readonly environment: string
  readonly provider?: string
  readonly repository?: string | null
}

/** The ledger as files: a file for each kind, a sorted line for each object. Later versions' files stay. */
export function writeRows(ledger: Ledger, whose: LedgerIdentity, at: string): FileTexts {
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

/** Reads the files of a ledger of either version. Throws Malformed. */
export function readRows(files: FileTexts): LedgerRows & { readonly version: 1 | 2; readonly whose: LedgerIdentity } {
  const meta = members(json(META, files.get(META) ?? ''))
  const version = meta['version']
  if (version !== 1 && version !== 2) throw new Malformed(unknownVersion(version))
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
    providers: new Map(rows(PROVIDERS).map((row) => [text(row, 'name'), verifiedOf(row)])),
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
  (files: FileTexts) =>
  (name: string): JsonMembers[] =>
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

/** Whether a file is of a kind: it has the kind's name. A name with a dot is something else. */
const isKindFile = (name: string): boolean =>
  /^[a-z][a-z0-9-]*\.jsonl$/.test(name) && !Object.hasOwn(LISTS, name.replace(LINES, ''))

/** Whether a file is the seen list of a kind. */
const isSeenFile = (name: string): boolean => name.startsWith(SEEN) && isKindFile(name.slice(SEEN.length))

/** The seen lists as files: one for each kind, even if it is empty. */
export const seenFiles = (lists: SeenLists): FileTexts =>
  new Map([...lists].map(([kind, list]) => [`${SEEN}${kind}${LINES}`, sorted([...list.values()])]))

/** Reads the seen lists out of files. Throws Malformed. */
export function readSeen(files: FileTexts): SeenLists {
  const rows = rowsIn(files)
  return new Map(
    [...files.keys()].filter(isSeenFile).map((file) => {
      const list = rows(file.slice(0, -LINES.length)).map(seenOf)
      return [file.slice(SEEN.length, -LINES.length), new Map(list.map((row) => [objectIn(row.mark), row]))]
    }),
  )
}

function entriesIn(files: FileTexts, rows: (name: string) => JsonMembers[]): Map<ObjectRef, LedgerEntry> {
  const kinds = [...files.keys()].filter(isKindFile).map((name) => name.slice(0, -LINES.length))
  const entries = kinds.flatMap((kind) => rows(kind).map((row) => entryOf(kind, row)))
  return new Map(entries.map((entry): [ObjectRef, LedgerEntry] => [`${entry.kind}/${entry.id}`, entry]))
}

/** The files without objects of a kind. `always`: version 1 wrote it even if empty. */
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
  [PROVIDERS]: { write: ({ providers }) => [...providers.values()] },
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('')
const sorted = (rows: readonly object[]): string => lines(rows.map(canonicalJson).sort(byText))
