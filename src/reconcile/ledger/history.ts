import { partsOf } from '../object-ref.ts'
import { canonicalJson } from '../digest.ts'
import type { Commit, Repository } from '../repository.ts'
import type { Approval, Ledger, SeenObject } from './types.ts'
import { mayTouch, TOUCHED } from './touched.ts'
import type { ObjectRef } from '../values.ts'

/** One thing that happened to an object, for `why`. */
export interface HistoryEvent {
  readonly what: 'proposed' | 'approved' | 'applied' | 'left'
  readonly at: string
  readonly by: string
  /** Of the instance (proposed) or of the ledger (applied); null for an approval. */
  readonly commit: string | null
  /** What the commit says, or where the approval came from. */
  readonly subject: string
  /** The object from then on: its lines in the file, or in the ledger; null if it is gone. */
  readonly text: string | null
  /** The instance's commit that was applied. */
  readonly source: string | null
  readonly approvedBy: string | null
  readonly run: string | null
}

export interface HistoryRequest {
  readonly ref: ObjectRef
  /** The files of `instance/` that may feed its kind. */
  readonly files: readonly string[]
  /** The part of a file's text that is about the object; null if the file does not name it. */
  readonly excerpt: (text: string) => string | null
  readonly ledger: Ledger
  /** The decision to leave it as it is, if there is one. */
  readonly left?: SeenObject
  /** Where the instance's history is read from. */
  readonly head: string | null
}

/** Commits of a file that are read: enough for years of changes, and still an answer within seconds. */
const MAX_COMMITS_READ = 1_000
/** Commits of the ledger whose trailer is read. */
const MAX_LEDGER_COMMITS = 20_000
/** Texts held at a time. */
const CHUNK = 16

/** Who proposed, approved and applied an object, newest first. */
export async function history(repository: Repository, request: HistoryRequest): Promise<HistoryEvent[]> {
  const [proposed, applied] = await Promise.all([proposals(repository, request), applications(repository, request)])
  const approved = request.ledger.approvals.filter((approval) => approval.ref === request.ref).map(approvalEvent)
  return [...proposed, ...approved, ...applied, ...leftBy(request.left)].sort((a, b) =>
    a.at < b.at ? 1 : a.at > b.at ? -1 : ORDER.indexOf(b.what) - ORDER.indexOf(a.what),
  )
}

const ORDER: readonly HistoryEvent['what'][] = ['left', 'proposed', 'approved', 'applied']

async function proposals(repository: Repository, { head, files, excerpt }: HistoryRequest): Promise<HistoryEvent[]> {
  if (head === null) return []
  const paths = files.map((file) => `${repository.folder}/${file}`)
  const logs = await Promise.all(paths.map((path) => repository.log(head, { path, limit: MAX_COMMITS_READ })))
  const commits = new Map(logs.flat().map((commit) => [commit.id, commit]))
  const found = await changes(repository, [...commits.values()], paths, excerpt)
  return found.map(({ commit, text }) => ({ ...eventOf('proposed', commit, text), approvedBy: approverOf(commit) }))
}

/** The approvers that a commit names in trailers, as forges and mailing lists write them. */
const approverOf = ({ trailers }: Commit): string | null =>
  trailers['Approved-By'] ?? trailers['Approved-by'] ?? trailers['Reviewed-by'] ?? null

async function applications(repository: Repository, { ref, ledger }: HistoryRequest): Promise<HistoryEvent[]> {
  if (ledger.head === null) return []
  const [kind, id] = partsOf(ref)
  const path = `${kind}.jsonl`
  const commits = await touching(repository, await repository.log(ledger.head, { path, limit: MAX_LEDGER_COMMITS }), {
    ref,
    path,
    id,
  })
  const found = await changes(repository, commits.slice(0, MAX_COMMITS_READ), [path], (text) => ledgerLine(text, id))
  return found.map(({ commit, text }) => eventOf('applied', commit, text))
}

/** The ledger's commits that may have changed an object's line. Git compares those that do not say so. */
async function touching(
  repository: Repository,
  commits: readonly Commit[],
  { ref, path, id }: { readonly ref: ObjectRef; readonly path: string; readonly id: string },
): Promise<Commit[]> {
  const said = new Map(commits.map((commit) => [commit, mayTouch(commit.trailers[TOUCHED], ref)]))
  const silent = commits
    .filter((commit) => said.get(commit) === undefined && commit.parents.length < 2)
    .map((commit) => commit.id)
  const compared = await repository.changing(path, idMember(id), silent)
  const isIn = new Set(compared)
  return commits.filter((commit) => said.get(commit) ?? (commit.parents.length > 1 || isIn.has(commit.id)))
}

const idMember = (id: string): string => `"id":${JSON.stringify(id)},`

/** An object's line of a ledger without the commit it was applied from, which alone is no change. */
function ledgerLine(text: string, id: string): string | null {
  const needle = idMember(id)
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    const row: unknown = JSON.parse(text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at)))
    // Another object's text may hold the same characters.
    if (typeof row === 'object' && row !== null && 'id' in row && row.id === id)
      return canonicalJson({ ...row, commit: undefined })
  }
  return null
}

const eventOf = (what: HistoryEvent['what'], commit: Commit, text: string | null): HistoryEvent => ({
  what,
  at: commit.at,
  by: commit.author,
  commit: commit.id,
  subject: commit.subject,
  text,
  source: commit.trailers['Source-Commit'] ?? null,
  approvedBy: commit.trailers['Approved-By'] ?? null,
  run: commit.trailers.Run ?? null,
})

const approvalEvent = ({ at, by, source }: Approval): HistoryEvent => ({
  what: 'approved',
  at,
  by,
  commit: null,
  subject: source,
  text: null,
  source: null,
  approvedBy: by,
  run: null,
})

const leftBy = (left: SeenObject | undefined): HistoryEvent[] =>
  left?.at === undefined
    ? []
    : [
        {
          what: 'left',
          at: left.at,
          by: left.by ?? 'somebody',
          commit: null,
          subject: left.why ?? '',
          text: null,
          source: null,
          approvedBy: null,
          run: null,
        },
      ]

/** The commits in which the excerpts of the files together differ from those of every parent. */
async function changes(
  repository: Repository,
  commits: readonly Commit[],
  paths: readonly string[],
  excerpt: (text: string) => string | null,
): Promise<{ commit: Commit; text: string | null }[]> {
  const found: { commit: Commit; text: string | null }[] = []
  for (let at = 0; at < commits.length; at += CHUNK) {
    const chunk = commits.slice(at, at + CHUNK)
    const ids = [...new Set(chunk.flatMap((commit) => [commit.id, ...commit.parents]))]
    const texts = await Promise.all(paths.map((path) => repository.texts(path, ids)))
    const excerpts = new Map(
      ids.map((id, i) => [id, joined(texts.map((ofFile) => excerpt(ofFile[i] ?? '')).filter((one) => one !== null))]),
    )
    for (const commit of chunk) {
      const text = excerpts.get(commit.id) ?? null
      const before = commit.parents.length === 0 ? [null] : commit.parents.map((parent) => excerpts.get(parent) ?? null)
      if (!before.includes(text)) found.push({ commit, text })
    }
  }
  return found
}

const joined = (texts: readonly string[]): string | null => (texts.length === 0 ? null : texts.join('\n'))

/** Finds an object in YAML: the list item or map entry with one of these names. Reads only lines near a name. */
export function excerptOf(names: readonly string[]): (text: string) => string | null {
  const wanted = new Set(names.filter((name) => name !== ''))
  return (text) => {
    const at = firstNaming(text, wanted)
    if (at === null) return null
    const start = itemStart(text, at)
    const first = lineAt(text, start)
    const depth = indent(first)
    const lines = [first]
    for (let next = start + first.length + 1; next <= text.length;) {
      const line = lineAt(text, next)
      if (!blank(line) && indent(line) <= depth) break
      lines.push(line)
      next += line.length + 1
    }
    return lines.filter((line) => !blank(line)).join('\n')
  }
}

const blank = (line: string): boolean => /^\s*(#|$)/.test(line)
const indent = (line: string): number => line.search(/\S/)

/** The line that begins there. */
function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  return text.slice(start, end < 0 ? text.length : end)
}

/** The start of the line at this position. */
const lineStart = (text: string, at: number): number => (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1)

/** The start of the first line with one of the names as key or value. */
function firstNaming(text: string, wanted: ReadonlySet<string>): number | null {
  let first: number | null = null
  for (const name of wanted) {
    // A line is read once, even if it holds the name more than once.
    for (let at = text.indexOf(name); at >= 0 && (first === null || at < first);) {
      const start = lineStart(text, at)
      const line = lineAt(text, start)
      if (namesIn(line).some((one) => wanted.has(one))) first = start
      at = text.indexOf(name, start + line.length + 1)
    }
  }
  return first
}

/** The start of the list item that a line belongs to; the line's own start if it is in no list. */
function itemStart(text: string, at: number): number {
  const own = lineAt(text, at)
  let depth = indent(own) + (/^\s*- /.test(own) ? 1 : 0)
  for (let start = at; start >= 0; start = start === 0 ? -1 : lineStart(text, start - 1)) {
    const line = lineAt(text, start)
    if (blank(line) || indent(line) >= depth) continue
    if (/^\s*- /.test(line)) return start
    depth = indent(line)
  }
  return at
}

/** The key and value of a line of YAML, without quotes and comments. Linear, since the line may be hostile. */
function namesIn(line: string): string[] {
  const text = line.trim()
  const entry = text.startsWith('- ') ? text.slice(2).trimStart() : text
  const end = keyEnd(entry)
  const value = valueIn(entry.slice(end < 0 ? 0 : end + 1).trimStart())
  if (value === null) return []
  return [entry.slice(0, Math.max(end, 0)), value].flatMap((name) =>
    name === '' ? [] : [name.trim().replace(/^(["'])(.*)\1$/, '$2')],
  )
}

const isQuote = (sign: string): boolean => sign === '"' || sign === "'"

/** The position of the colon after a key; -1 if there is none. */
function keyEnd(entry: string): number {
  const first = entry.charAt(0)
  const closing = isQuote(first) ? entry.indexOf(first, 1) : -1
  const end = isQuote(first) ? closing + 1 : entry.search(/[:#]/)
  return end > 0 && /^:(?:\s|$)/.test(entry.slice(end, end + 2)) ? end : -1
}

/** A value without its comment; null if a `#` could belong to either. */
function valueIn(text: string): string | null {
  const closing = isQuote(text.charAt(0)) ? text.indexOf(text.charAt(0), 1) : -1
  if (closing > 0 && /^(?:$|\s+(?:#|$))/.test(text.slice(closing + 1))) return text.slice(0, closing + 1)
  const hash = text.indexOf('#')
  if (hash < 0) return text
  return hash === 0 || /\s/.test(text.charAt(hash - 1)) ? text.slice(0, hash).trimEnd() : null
}
