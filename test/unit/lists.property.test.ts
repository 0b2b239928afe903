import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBlockList } from '../../src/instance/import/read.ts'
import { STRENGTH, severityOf, type BlockSeverity } from '../../src/instance/severity.ts'

/** What a list says of a domain. */
interface Said {
  readonly domain: string
  /** null: nothing. */
  readonly severity: string | null
  readonly media: boolean
  readonly reports: boolean
  readonly comment: string
}

/** How somebody writes a list. */
interface Hand {
  readonly delimiter: string
  readonly order: readonly number[]
  readonly names: number
  readonly quotes: 'needed' | 'all' | 'whole' | 'none'
  readonly yes: string
  readonly no: string
  readonly above: readonly string[]
  readonly again: number
  readonly bom: boolean
  readonly crlf: boolean
  readonly mark: '' | '#' | '# '
  readonly header: boolean
  readonly tail: string
}

const NAMES: readonly (readonly string[])[] = [
  ['domain', 'severity', 'reject_media', 'reject_reports', 'public_comment'],
  ['#domain', '#severity', '#reject_media', '#reject_reports', '#public_comment'],
  ['Instance', 'Severity', 'Reject Media', 'Reject Reports', 'Public Comment'],
  ['host', 'action', 'rejectMedia', 'reject-reports', 'reason'],
  ['Hostname', 'what we do', 'reject_media', 'reject_reports', 'why'],
]

const comment = fc.constantFrom(
  '',
  'spam',
  'spam, more',
  'rude; loud',
  'suspend',
  'block, limit,suspend',
  'a "quoted" word',
  'see a.example',
  'two\nlines',
  '#domain',
  'domain',
  'true',
  'x,true,true,suspend',
)
const said: fc.Arbitrary<Said> = fc.record({
  domain: fc.constantFrom('a.example', 'b.example', 'c.b.example', 'd.example', 'sub.a.example'),
  severity: fc.constantFrom(null, 'suspend', 'silence', 'limit', 'noop', 'none', 'Suspend', 'destroy'),
  media: fc.boolean(),
  reports: fc.boolean(),
  comment,
})
const hand: fc.Arbitrary<Hand> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
  names: fc.nat(NAMES.length - 1),
  quotes: fc.constantFrom('needed', 'all', 'whole', 'none'),
  yes: fc.constantFrom('true', 'TRUE', 't', 'yes', 'Y', 'on', 'x', '1', 'wahr'),
  no: fc.constantFrom('false', 'f', 'no', '0', '', 'off'),
  above: fc.array(
    fc.constantFrom('', '# Our list, weekly', '# hosts', '# domain', '# "open, quote', 'sep=D', '# Domain, and why'),
  ),
  again: fc.nat(3),
  bom: fc.boolean(),
  crlf: fc.boolean(),
  mark: fc.constantFrom('', '', '#', '# '),
  header: fc.boolean(),
  tail: fc.constantFrom('', '', 'D', 'DD', 'D2024-01-01', 'Dsuspend'),
})

const rendered: { readonly [format: string]: (rows: readonly Said[], how: Hand) => string } = {
  table: (rows, how) => {
    const cell = (text: string): string => {
      if (how.quotes === 'none') return text.replaceAll(/^#|["\n]/g, ' ')
      return how.quotes === 'all' || /^#|["\n;,\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    }
    const lineOf = (cells: readonly string[]): string => {
      const line = how.order.map((index) => cell(cells[index] ?? '')).join(how.delimiter)
      return how.quotes === 'whole' ? `"${line.replaceAll('"', '""')}"` : line
    }
    const header = how.mark + lineOf(NAMES[how.names] ?? [])
    const lines = rows.map(
      (one) =>
        lineOf([
          one.domain,
          one.severity ?? '',
          one.media ? how.yes : how.no,
          one.reports ? how.yes : how.no,
          one.comment,
        ]) + (how.quotes === 'whole' ? '' : how.tail.replaceAll('D', how.delimiter)),
    )
    const parts = lines.flatMap((line, index) =>
      how.header && how.again > 0 && index > 0 && index % how.again === 0 ? [header, line] : [line],
    )
    const text = [
      ...how.above.map((line) => line.replace('D', how.delimiter)),
      ...(how.header ? [header] : []),
      ...parts,
    ].join('\n')
    return (how.bom ? '\uFEFF' : '') + (how.crlf ? text.replaceAll('\n', '\r\n') : text)
  },
  plain: (rows, { above, quotes }) =>
    [
      ...above.filter((line) => !line.startsWith('sep=')),
      ...rows.map(({ domain, comment: why }) =>
        quotes === 'all' ? `https://${domain}/about` : `${domain} # ${why.replaceAll('\n', ' ')}`,
      ),
    ].join('\n'),
  hosts: (rows) => ['127.0.0.1 localhost', ...rows.map(({ domain }) => `0.0.0.0 ${domain}`)].join('\n'),
  json: (rows, { yes, no }) =>
    JSON.stringify(
      rows.map((one) => ({
        domain: one.domain,
        severity: one.severity,
        reject_media: one.media ? yes : no,
        reject_reports: one.reports,
        comment: one.comment,
      })),
      null,
      1,
    ),
  mrf: (rows) => JSON.stringify({ mrf_simple: policyOf(rows) }, null, 1),
  elixir: (rows) =>
    `config :pleroma, :mrf_simple,\n${Object.entries(policyOf(rows))
      .map(([action, listed]) => `  ${action}: [\n${listed.map(tupleOf).join(',\n')}\n  ]`)
      .join(',\n')}\n`,
}

/** Formats that have no word for a severity hold rows without one. */
const BARE = new Set(['plain', 'hosts'])

const tupleOf = ([domain, why]: readonly [string, string]): string =>
  `    {${JSON.stringify(domain)}, ${JSON.stringify(why)}}`

const policyOf = (rows: readonly Said[]): { readonly [action: string]: readonly (readonly [string, string])[] } => {
  const of = (fits: (one: Said) => boolean) =>
    rows.filter(fits).map(({ domain, comment: why }) => [domain, why] as const)
  return {
    reject: of(({ severity }) => severityOf(severity ?? '') === 'suspend'),
    federated_timeline_removal: of(({ severity }) => severityOf(severity ?? '') === 'silence'),
    media_removal: of(({ media }) => media),
    report_removal: of(({ reports }) => reports),
    accept: of(({ severity }) => severityOf(severity ?? '') === 'noop'),
  }
}

const DEFAULT: BlockSeverity = 'suspend'
const strength = ({ severity }: Said): number =>
  severity === null ? STRENGTH[DEFAULT] : STRENGTH[severityOf(severity) ?? 'noop']

/**
 * Rows as one entry a domain: the strictest that any of them says. A severity that nobody knows says nothing, and what
 * was given holds where no row that was read says one.
 */
function mostOf(
  rows: readonly Said[],
  domain: string,
  leftOut = 0,
): { readonly strength: number; readonly media: boolean; readonly reports: boolean } {
  const own = rows.filter((one) => one.domain === domain)
  const given = own.some(({ severity }) => severity !== null && severityOf(severity) !== undefined)
  const counted = given && leftOut === 0 ? own.filter(({ severity }) => severity !== null) : own
  return {
    strength: Math.max(-1, ...counted.map(strength)),
    media: own.some(({ media }) => media),
    reports: own.some(({ reports }) => reports),
  }
}

test.each(Object.keys(rendered))(
  'no row of a list is read as stricter than it says, whoever wrote it: %s',
  (format) => {
    fc.assert(
      fc.property(fc.array(said, { minLength: 1, maxLength: 8 }), hand, (all, how) => {
        const rows = BARE.has(format)
          ? all.filter(({ severity }) => severity === null)
          : all.filter(({ severity }) => severity !== 'destroy' || (how.header && how.names < 4))
        const text = rendered[format]?.(rows, how) ?? ''
        const list = readBlockList(Buffer.from(text), { file: 'list', defaultSeverity: DEFAULT })
        for (const entry of list.diagnostics.some(({ severity }) => severity === 'error') ? [] : list.entries) {
          const most = mostOf(rows, entry.domain, list.leftOut.length)
          expect(STRENGTH[entry.severity], `${entry.domain} of\n${text}`).toBeLessThanOrEqual(most.strength)
          expect(
            [entry.reject_media && !most.media, entry.reject_reports && !most.reports],
            `${entry.domain} of\n${text}`,
          ).toEqual([false, false])
        }
      }),
      { numRuns: 2000 },
    )
  },
)

test('and what is written as lists are is read as strictly as it says', () => {
  const plainHand = fc
    .tuple(hand, fc.constantFrom<Hand['quotes']>('needed', 'all', 'whole'))
    .map(([one, quotes]): Hand => ({
      ...one,
      quotes,
      header: true,
      tail: '',
      names: one.names % 4,
      mark: one.quotes === 'whole' ? '' : one.mark,
      above: one.above.filter((line) => !line.startsWith('sep')),
    }))
  const known = said.filter(({ severity }) => severity !== 'destroy')
  fc.assert(
    fc.property(fc.array(known, { minLength: 1, maxLength: 8 }), plainHand, (rows, how) => {
      const text = rendered['table']?.(rows, { ...how, mark: how.quotes === 'needed' ? how.mark : '' }) ?? ''
      const list = readBlockList(Buffer.from(text), { file: 'list', defaultSeverity: DEFAULT })
      expect(
        list.diagnostics.filter(({ severity }) => severity === 'error'),
        text,
      ).toEqual([])
      expect(
        list.entries
          .map(({ domain, severity, reject_media: media, reject_reports: reports }) => ({
            domain,
            strength: STRENGTH[severity],
            media,
            reports,
          }))
          .toSorted((a, b) => (a.domain < b.domain ? -1 : 1)),
        text,
      ).toEqual(
        [...new Set(rows.map(({ domain }) => domain))]
          .toSorted()
          .map((domain) => ({ domain, ...mostOf(rows, domain) })),
      )
    }),
    { numRuns: 2000 },
  )
})
