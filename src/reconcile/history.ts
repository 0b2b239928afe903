import { canonicalJson } from './digest.ts'
import type { Commit, Repository } from './repository.ts'
import type { Approval, Ledger, Seen } from './ledger-types.ts'
import type { ObjectRef } from './types.ts'

/** One thing that happened to an object, for `why`. */
export interface Event {
  readonly what: 'proposed' | 'approved' | 'applied' | 'left'
  readonly at: string
  readonly by: string
  /** Of the instance (proposed) or of the ledger (applied); null for an approval. */
  readonly commit: string | null
  /** What the commit says, or where the approval came from. */
  readonly subject: string
  /** The object as it was from then on: the lines of the file, or the ledger's; null where it is gone. */
  readonly text: string | null
  /** The instance's commit that was applied. */
  readonly source: string | null
  readonly approvedBy: string | null
  readonly run: string | null
}

export interface HistoryRequest {
  readonly ref: ObjectRef
  /** The file of `instance/` that holds its kind. */
  readonly file: string
  /** The part of the file's text that is about the object; null where it does not name it. */
  readonly excerpt: (text: string) => string | null
  readonly ledger: Ledger
  /** That somebody left it as it is, where somebody did. */
  readonly left?: Seen
  /** Where the instance's history is read from. */
  readonly head: string | null
}

/** Commits of a file that are looked at: enough for years of a herd, and an answer within seconds. */
const MOST = 1_000
/** Texts held at a time. */
const CHUNK = 16

/** Who proposed, approved and applied an object, newest first. */
export async function history(repository: Repository, request: HistoryRequest): Promise<Event[]> {
  const [proposed, applied] = await Promise.all([proposals(repository, request), applications(repository, request)])
  const approved = request.ledger.approvals.filter((approval) => approval.ref === request.ref).map(approvalEvent)
  return [...proposed, ...approved, ...applied, ...leftBy(request.left)].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : ORDER.indexOf(b.what) - ORDER.indexOf(a.what)))
}

const ORDER: readonly Event['what'][] = ['left', 'proposed', 'approved', 'applied']

async function proposals(repository: Repository, { head, file, excerpt }: HistoryRequest): Promise<Event[]> {
  const found = head === null ? [] : await changes(repository, { from: head, path: `${repository.folder}/${file}`, excerpt })
  return found.map(({ commit, text }) => ({ ...eventOf('proposed', commit, text), approvedBy: approverOf(commit) }))
}

/** People who are named by the commit itself, as forges and mailing lists do. */
const approverOf = ({ trailers }: Commit): string | null => trailers['Approved-By'] ?? trailers['Approved-by'] ?? trailers['Reviewed-by'] ?? null

async function applications(repository: Repository, { ref, ledger }: HistoryRequest): Promise<Event[]> {
  if (ledger.head === null) return []
  const [kind, id] = [ref.slice(0, ref.indexOf('/')), ref.slice(ref.indexOf('/') + 1)]
  const found = await changes(repository, { from: ledger.head, path: `${kind}.jsonl`, mentioning: idMember(id), excerpt: (text) => ledgerLine(text, id) })
  return found.map(({ commit, text }) => eventOf('applied', commit, text))
}

const idMember = (id: string): string => `"id":${JSON.stringify(id)},`

/** An object's line of a ledger, without the commit it was applied from: recording it again changes nothing. */
function ledgerLine(text: string, id: string): string | null {
  const needle = idMember(id)
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    const row: unknown = JSON.parse(text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at)))
    // The same words may stand inside another object's text.
    if (typeof row === 'object' && row !== null && 'id' in row && row.id === id) return canonicalJson({ ...row, commit: undefined })
  }
  return null
}

const eventOf = (what: Event['what'], commit: Commit, text: string | null): Event => ({
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

const approvalEvent = ({ at, by, source }: Approval): Event => ({ what: 'approved', at, by, commit: null, subject: source, text: null, source: null, approvedBy: by, run: null })

const leftBy = (left: Seen | undefined): Event[] =>
  left?.at === undefined ? [] : [{ what: 'left', at: left.at, by: left.by ?? 'somebody', commit: null, subject: left.why ?? '', text: null, source: null, approvedBy: null, run: null }]

interface Walk {
  readonly from: string
  readonly path: string
  /** Where every change of the excerpt is on a line with this text: looks at fewer commits. */
  readonly mentioning?: string
  readonly excerpt: (text: string) => string | null
}

/** The commits in which the excerpt of a file became another than in any parent, newest first. */
async function changes(repository: Repository, { excerpt, path, from, ...options }: Walk): Promise<{ commit: Commit; text: string | null }[]> {
  const commits = await repository.log(from, { path, limit: MOST, ...options })
  const found: { commit: Commit; text: string | null }[] = []
  for (let at = 0; at < commits.length; at += CHUNK) {
    const chunk = commits.slice(at, at + CHUNK)
    const ids = [...new Set(chunk.flatMap((commit) => [commit.id, ...commit.parents]))]
    const texts = await repository.texts(path, ids)
    const excerpts = new Map(ids.map((id, i) => [id, excerpt(texts[i] ?? '')]))
    for (const commit of chunk) {
      const text = excerpts.get(commit.id) ?? null
      const before = commit.parents.length === 0 ? [null] : commit.parents.map((parent) => excerpts.get(parent) ?? null)
      if (!before.includes(text)) found.push({ commit, text })
    }
  }
  return found
}

/** Finds an object in YAML as people write it: the item of a list, or the entry of a map, in which one of these names is a value or a key. */
export function excerptOf(names: readonly string[]): (text: string) => string | null {
  const wanted = new Set(names)
  return (text) => {
    const lines = text.split('\n')
    const at = lines.findIndex((line) => namesIn(line).some((name) => wanted.has(name)))
    if (at < 0) return null
    const start = itemStart(lines, at)
    const depth = indent(lines[start] ?? '')
    const next = lines.findIndex((line, i) => i > start && !blank(line) && indent(line) <= depth)
    return lines.slice(start, next < 0 ? lines.length : next).filter((line) => !blank(line)).join('\n')
  }
}

const blank = (line: string): boolean => /^\s*(#|$)/.test(line)
const indent = (line: string): number => line.search(/\S/)

/** The first `- ` at or above a line that the line belongs to; the line itself where it is in no list. */
function itemStart(lines: readonly string[], at: number): number {
  let depth = indent(lines[at] ?? '') + (/^\s*- /.test(lines[at] ?? '') ? 1 : 0)
  for (let i = at; i >= 0; i -= 1) {
    const line = lines[i] ?? ''
    if (blank(line) || indent(line) >= depth) continue
    if (/^\s*- /.test(line)) return i
    depth = indent(line)
  }
  return at
}

/** The key and the value that a line of YAML gives, without quotes and comments: read from left to right, since the line may be anybody's. */
function namesIn(line: string): string[] {
  const text = line.trim()
  const entry = text.startsWith('- ') ? text.slice(2).trimStart() : text
  const end = keyEnd(entry)
  const value = valueIn(entry.slice(end < 0 ? 0 : end + 1).trimStart())
  if (value === null) return []
  return [entry.slice(0, Math.max(end, 0)), value].flatMap((name) => (name === '' ? [] : [name.trim().replace(/^(["'])(.*)\1$/, '$2')]))
}

const isQuote = (sign: string): boolean => sign === '"' || sign === "'"

/** Where the colon after a key stands; -1 where there is none. */
function keyEnd(entry: string): number {
  const first = entry.charAt(0)
  const closing = isQuote(first) ? entry.indexOf(first, 1) : -1
  const end = isQuote(first) ? closing + 1 : entry.search(/[:#]/)
  return end > 0 && /^:(?:\s|$)/.test(entry.slice(end, end + 2)) ? end : -1
}

/** A value without the comment behind it; null where a `#` in it could be either. */
function valueIn(text: string): string | null {
  const closing = isQuote(text.charAt(0)) ? text.indexOf(text.charAt(0), 1) : -1
  if (closing > 0 && /^(?:$|\s+(?:#|$))/.test(text.slice(closing + 1))) return text.slice(0, closing + 1)
  const hash = text.indexOf('#')
  if (hash < 0) return text
  return hash === 0 || /\s/.test(text.charAt(hash - 1)) ? text.slice(0, hash).trimEnd() : null
}
