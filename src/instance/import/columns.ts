import type { Flag } from './row.ts'

export type Column = 'domain' | 'severity' | Flag | 'public_comment' | 'private_comment' | 'digest'

/** The names of columns in lists and spreadsheets. If a list has two of them, the first one here is read. */
const NAMES: { readonly [column in Column]: string } = {
  domain:
    'domain|domains|domainname|instance|instances|instancedomain|' +
    'instancename|host|hosts|hostname|server|servers|servername|fqdn|' +
    'blockeddomain|blockedinstance|site|website|url|uri|domäne|instanz|domaine|dominio',
  severity:
    'severity|blockseverity|action|level|blocklevel|blocktype|limitation|restriction|schweregrad|policy|status|state',
  reject_media: 'rejectmedia|blockmedia',
  reject_reports: 'rejectreports|rejectreport',
  obfuscate: 'obfuscate|obfuscated',
  public_comment:
    'publiccomment|publiccomments|publicreason|comment|comments|' +
    'reason|reasons|rationale|why|description|kommentar|grund',
  private_comment: 'privatecomment|privatecomments|privatenote|privatenotes|internalnote|note|notes',
  digest: 'digest|domaindigest|sha256',
}

const COLUMNS: ReadonlyMap<string, { readonly column: Column; readonly rank: number }> = new Map(
  Object.entries(NAMES).flatMap(([column, names]) =>
    names.split('|').map((name, rank) => [name, { column: column as Column, rank }] as const),
  ),
)

/**
 * The column that a cell of a header names, such as `#domain` or `Reject Media`. The lower rank is the plainer name.
 */
export const columnOf = (cell: string): { readonly column: Column; readonly rank: number } | undefined =>
  COLUMNS.get(cell.toLowerCase().replaceAll(/[#\u0022\u0027\u0060*:?\s_¹²³-]+/g, ''))

/** Those that Rails takes for true, with those that spreadsheets write in other languages. */
const YES = new Set('true|t|yes|y|on|x|1|wahr|ja|oui|vrai|si|sí|verdadero|vero|sim|verdadeiro|✓|✔|✅|☑'.split('|'))
const NO = new Set('false|f|no|n|off|0|-|–|falsch|nein|faux|non|falso|não|null|nil|✗|✘|❌|☐'.split('|'))

/** What a word says to a flag; undefined where it says neither yes nor no. */
export function yesOrNo(word: string): boolean | undefined {
  const plain = word.trim().toLowerCase()
  return YES.has(plain) ? true : NO.has(plain) ? false : undefined
}

/** Whether a cell could be a domain of a row: it is in no header then. */
export const looksLikeDomain = (cell: string): boolean => /^[^\s\u0022]+\.[^\s.\u0022]{2,}\.?\/?$/u.test(cell.trim())
