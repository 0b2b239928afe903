import { canonicalJson } from '../digest.ts'
import type {
  Approval,
  Attempt,
  Intent,
  LedgerEntry,
  ApprovalMarks,
  MergeApproval,
  Notice,
  Pause,
  Removal,
  SeenObject,
  VerifiedProvider,
  Weakening,
} from './types.ts'
import type { Action } from '../values.ts'
import type { Fields } from '../../instance/values.ts'
import { notJson, WANTED, WRONG_ACTION, WRONG_HAZARD, wrongMember } from './texts.ts'

/** Says that a ledger's files do not hold what they should. */
export class Malformed extends Error {}

/** The members of a JSON object. */
export type JsonMembers = { readonly [name: string]: unknown }

/** Makes the line of an entry, with what later versions wrote in it. */
export const entryLine = ({
  id,
  serverId,
  fields,
  consent,
  sources,
  takes,
  state,
  commit,
  more,
}: LedgerEntry): string =>
  canonicalJson({ ...more, id, server_id: serverId, fields, consent, sources, takes, state, commit })

/** Reads JSON out of a file. Throws Malformed. */
export function json(name: string, source: string): unknown {
  try {
    return JSON.parse(source)
  } catch {
    throw new Malformed(notJson(name))
  }
}

const isMembers = (value: unknown): value is JsonMembers =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
// What JSON.parse gives is a Value, so an object of it is Fields.
const isFields = (value: unknown): value is Fields => isMembers(value)
/** The members of a JSON object; none if the value is no object. */
export const members = (value: unknown): JsonMembers => (isMembers(value) ? value : {})
/** The same as fields. */
export const fieldsFrom = (value: unknown): Fields => (isFields(value) ? value : {})

/** A text of a row. Throws Malformed. */
export function text(row: JsonMembers, name: string): string {
  const value = row[name]
  if (typeof value === 'string') return value
  throw new Malformed(wrongMember({ name, wanted: WANTED.text }))
}

/** The same, or null. */
export const textOrNull = (row: JsonMembers, name: string): string | null =>
  row[name] === null ? null : text(row, name)

function texts(row: JsonMembers, name: string): readonly string[] {
  const value = row[name]
  if (Array.isArray(value) && value.every((one): one is string => typeof one === 'string')) return value
  throw new Malformed(wrongMember({ name, wanted: WANTED.texts }))
}

function amount(row: JsonMembers, name: string): number {
  const value = row[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Malformed(wrongMember({ name, wanted: WANTED.number }))
}

function fieldsOf(row: JsonMembers, name: string): Fields {
  const value = row[name]
  if (isFields(value)) return value
  throw new Malformed(wrongMember({ name, wanted: WANTED.object }))
}

/** A list that is not empty: an entry that comes from no file would be deleted. */
function someTexts(row: JsonMembers, name: string): readonly string[] {
  const all = texts(row, name)
  if (all.length === 0) throw new Malformed(wrongMember({ name, wanted: WANTED.someTexts }))
  return all
}

/** Reads an entry of a kind. Throws Malformed, as all functions that read a line. */
export function entryOf(kind: string, row: JsonMembers): LedgerEntry {
  const { id: _id, server_id: _server, fields: _fields, commit: _commit, consent, sources, takes, state, ...more } = row
  if (state !== undefined && state !== 'absent')
    throw new Malformed(wrongMember({ name: 'state', wanted: WANTED.absent }))
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
    ...(takes === undefined ? {} : { takes: texts(row, 'takes') }),
    ...(state === undefined ? {} : { state }),
    ...(Object.keys(more).length === 0 ? {} : { more: fieldsFrom(more) }),
  }
}

function actionOf(row: JsonMembers): Action {
  const action = text(row, 'action')
  if (action !== 'create' && action !== 'update' && action !== 'delete') throw new Malformed(WRONG_ACTION)
  return action
}

/** Reads an attempt. */
export const attemptOf = (row: JsonMembers): Attempt => ({
  ...later(row),
  kind: text(row, 'kind'),
  id: text(row, 'id'),
  action: actionOf(row),
  fields: fieldsOf(row, 'fields'),
  commit: textOrNull(row, 'commit'),
})
/** Reads a notice to members. */
export const noticeOf = (row: JsonMembers): Notice => ({
  ...later(row),
  ref: text(row, 'ref'),
  at: text(row, 'at'),
  from: text(row, 'from'),
})
/** Reads a weakening. */
export const weakeningOf = (row: JsonMembers): Weakening => ({
  ...later(row),
  kind: text(row, 'kind'),
  at: text(row, 'at'),
  count: amount(row, 'count'),
})
/** Reads a removal. */
export const removalOf = (row: JsonMembers): Removal => ({
  ...later(row),
  ref: text(row, 'ref'),
  by: text(row, 'by'),
  at: text(row, 'at'),
  why: text(row, 'why'),
})
/** Reads the proof of a provider. */
export const verifiedOf = (row: JsonMembers): VerifiedProvider => ({
  ...later(row),
  name: text(row, 'name'),
  proof: text(row, 'proof'),
  since: text(row, 'since'),
})
/** Reads a row of a seen list. */
export const seenOf = (row: JsonMembers): SeenObject => ({ ...later(row), mark: text(row, 'mark') })
/** Reads a pause. */
export const pauseOf = (row: JsonMembers): Pause => ({
  ...later(row),
  by: text(row, 'by'),
  at: text(row, 'at'),
  why: text(row, 'why'),
})

/** A row as it is: members of later versions are kept and written again. */
const later = (row: JsonMembers): object => row

/** Reads an intent. */
export function intentOf(row: JsonMembers): Intent {
  const hazard = text(row, 'hazard')
  if (hazard !== 'reversible' && hazard !== 'disruptive' && hazard !== 'irreversible') throw new Malformed(WRONG_HAZARD)
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

/** Reads an approval of either form. */
export function approvalOf(row: JsonMembers): Approval {
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

/** The form of a row; the first if it names none. */
const formOf = (row: JsonMembers): 1 | 2 => (row['form'] === 2 ? 2 : 1)

/** Reads a merged pull request. */
export function mergeOf(row: JsonMembers): MergeApproval {
  const marks: ApprovalMarks = {
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

/** A merged pull request as a row. */
export const mergeLine = ({
  pullRequest,
  byOwner,
  marks: { askedBy, isOurs, ...marks },
  ...merge
}: MergeApproval): object => ({
  ...merge,
  ...marks,
  pull_request: pullRequest,
  by_owner: byOwner,
  asked_by: askedBy,
  ours: isOurs,
})
