import { DOMAIN_BLOCKS } from '../../providers/mastodon/kinds/domain-block/kind.ts'
import { tableIn } from '../../providers/mastodon/tables.ts'
import { stringify } from 'yaml'
import { openReader } from '../../providers/mastodon/reader.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { normalizeDomain } from '../../instance/domains.ts'
import { mergeBlockList, type ListMerge, type Remark } from '../../instance/import/merge.ts'
import { readBlockList, type BlockList, type ListOptions } from '../../instance/import/read.ts'
import { policyOf } from '../../instance/policy.ts'
import type { BlockSeverity } from '../../instance/severity.ts'
import { readOf } from '../../terminal/block-list.ts'
import { readable } from '../../redaction/idn.ts'
import { clip } from '../../words/text.ts'
import { inline } from '../../redaction/neutralise.ts'
import type { BlockOptions } from './options.ts'
import { draft, writeDraft } from '../../session/write-instance.ts'
import { note, prose, say, tell, reportWaits, type Io } from '../../session/io.ts'
import { givenList, type GivenList } from './list-source.ts'
import { consentOf, measure, type MeasureResult, type UsedConsents } from './measure.ts'
import {
  ALL_SKIPPED,
  budgetTooSmall,
  consentsGiven,
  FILES_SAY_SO,
  hiddenInFilesOnly,
  importSubject,
  listChanges,
  LOOKING_FOR_HIDDEN,
  moreRemarks,
  moreRows,
  OWN_DOMAIN,
  protectedDomain,
  remarkOn,
  severityUnused,
} from './texts.ts'
import { withProgress } from '../../session/progress.ts'
import type { CheckedFiles } from '../../session/session.ts'

/** How to read a list. */
export interface ImportOptions extends BlockOptions {
  readonly from: string
  /** For rows without a severity. */
  readonly severity: BlockSeverity | undefined
  readonly atMost: BlockSeverity | undefined
}

/** Imports a block list: says what it read, what changes and what that needs, then writes it into the files. */
export async function importList(
  io: Io,
  files: CheckedFiles,
  options: ImportOptions,
  used: UsedConsents,
): Promise<void> {
  const given = await givenList(io, options.from)
  const list = await readList(io, files, given, options)
  const errors = list.diagnostics.some(({ severity }) => severity === 'error')
  if (errors) throw new HerdbookError(EXIT.invalid, fewOfEach(list.diagnostics))
  tell(io, fewOfEach(list.diagnostics))
  for (const line of readOf(given.name, list)) prose(io, readable(line))
  if (options.severity !== undefined && list.defaulted === 0) note(io, severityUnused(options.severity))
  const merge = mergeOf(io, files, given, list, options)
  const suspended = merge.changes.filter(suspends).map(domainOf)
  const measured = await measure(io, files, suspended, 'suspend')
  const edits = await draft(
    io,
    files,
    merge.changes.map((change) => withConsent(change, measured, used)),
  )
  sayMerge(io, given.name, merge)
  sayConsents(io, suspended, measured)
  if (merge.raise) say(io, budgetTooSmall(indented(stringify({ raises: [merge.raise] }))))
  if (edits.length > 0) return writeDraft(io, files, { edits, explanations: [], subject: importSubject(given.name) })
  say(io, merge.skips.every(({ said }) => said) ? FILES_SAY_SO : ALL_SKIPPED)
}

const indented = (yaml: string): string => yaml.trimEnd().replaceAll(/^/gm, '  ')

type ListChange = ListMerge['changes'][number]
const suspends = ({ fields }: ListChange): boolean => fields?.['severity'] === 'suspend'
const domainOf = ({ ref }: ListChange): string => ref.slice('domain-block/'.length)

/** A change with the consent that its suspension needs. */
function withConsent(change: ListChange, measured: ReadonlyMap<string, MeasureResult>, used: UsedConsents): ListChange {
  const domain = domainOf(change)
  return {
    ...change,
    extra: {
      ...change.extra,
      ...consentOf(suspends(change) ? 'suspend' : 'silence', measured.get(domain), used.get(domain)),
    },
  }
}

/** Reads a list; if it hides names that the files don't know, reads it again with the server's names. */
async function readList(
  io: Io,
  files: CheckedFiles,
  { name, bytes }: GivenList,
  options: ImportOptions,
): Promise<BlockList> {
  const blocks = files.instance.documents['domain-blocks.yaml']?.domain_blocks ?? []
  const known = blocks.flatMap(({ domain }) => asStored(domain))
  const listOptions: ListOptions = {
    file: name,
    otherwise: otherwiseOf(options),
    known,
    ...optional('defaultSeverity', options.severity),
    ...optional('atMost', options.atMost),
  }
  const list = readBlockList(bytes, listOptions)
  if (list.hidden.length === 0) return list
  const live = await liveDomains(io, files)
  return live.length === 0 ? list : readBlockList(bytes, { ...listOptions, known: [...known, ...live] })
}

const optional = <Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value })

const otherwiseOf = ({
  rejectMedia,
  rejectReports,
  obfuscate,
  publicComment,
  privateComment,
}: BlockOptions): NonNullable<ListOptions['otherwise']> => ({
  ...optional('reject_media', rejectMedia),
  ...optional('reject_reports', rejectReports),
  ...optional('obfuscate', obfuscate),
  ...optional('public_comment', publicComment),
  ...optional('private_comment', privateComment),
})

const asStored = (written: string): readonly string[] => {
  const name = normalizeDomain(written)
  return 'domain' in name ? [name.domain] : []
}

/** The domains that the server blocks. If it can't be asked, rows with hidden names are left out, with a note. */
async function liveDomains(io: Io, { config }: CheckedFiles): Promise<readonly string[]> {
  const reader = await openReader(config, io.secrets, { verb: 'plan', onWait: reportWaits(io) })
  try {
    const tables = await withProgress(io, LOOKING_FOR_HIDDEN, () =>
      reader.read({ tables: [DOMAIN_BLOCKS.name], accounts: [], measure: [] }),
    )
    const blocks = tableIn(tables, DOMAIN_BLOCKS)
    if (blocks.state === 'unknown') note(io, hiddenInFilesOnly(blocks.reason.message))
    return blocks.state === 'unknown' ? [] : blocks.rows.map(({ domain }) => domain)
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    note(io, hiddenInFilesOnly(error.message))
    return []
  } finally {
    await reader.close()
  }
}

function mergeOf(
  io: Io,
  { instance, config }: CheckedFiles,
  { source }: GivenList,
  list: BlockList,
  { reportedIn, until }: ImportOptions,
): ListMerge {
  return mergeBlockList(instance.documents['domain-blocks.yaml']?.domain_blocks ?? [], list.entries, {
    source,
    budget: policyOf(instance, io.now()).budgetOf('domain-block'),
    until: new Date(io.now().getTime() + 7 * 86_400_000).toISOString().slice(0, 10),
    now: io.now(),
    refuse: refusalOf(config.domain, instance.documents['policy.yaml']?.protected_domains ?? []),
    extra: { ...optional('reported_in', reportedIn), ...optional('until', until) },
  })
}

const MAX_REMARKS = 20

function sayMerge(io: Io, name: string, { adds, raises, skips, remarks }: ListMerge): void {
  const added = adds.map(({ severity }) => severity)
  const raised = raises.map(({ block }) => block.severity)
  say(io, readable(listChanges(name, added, raised, skips.length)))
  noteEach(io, remarks)
  noteEach(io, skips)
}

function noteEach(io: Io, remarks: readonly Remark[]): void {
  for (const { line, domain, why } of remarks.slice(0, MAX_REMARKS))
    note(io, remarkOn(line, inline(readable(clip(domain, 300))), inline(readable(why))))
  if (remarks.length > MAX_REMARKS) note(io, moreRemarks(remarks.length - MAX_REMARKS))
}

function sayConsents(io: Io, suspended: readonly string[], measured: ReadonlyMap<string, MeasureResult>): void {
  const severing = suspended.filter(
    (domain) => consentOf('suspend', measured.get(domain))['accept_severed_relationships'] !== undefined,
  )
  if (severing.length > 0) note(io, consentsGiven(severing))
}

const MAX_ALIKE = 10

/** The first warnings of each code, since a list may have thousands, and all errors. */
function fewOfEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...Map.groupBy(diagnostics, ({ code }) => code).values()].flatMap((alike) => {
    const [first] = alike
    if (first === undefined || first.severity === 'error' || alike.length <= MAX_ALIKE) return alike
    return [
      ...alike.slice(0, MAX_ALIKE),
      { code: first.code, severity: first.severity, message: moreRows(alike.length - MAX_ALIKE) },
    ]
  })
}

/** Refuses names that no list may block here: this server's own, protected ones, and every parent of either. */
function refusalOf(own: string, kept: readonly string[]): (domain: string) => string | undefined {
  const guarded = [own, ...kept].map((written) => asStored(written)[0] ?? written)
  return (domain) => {
    const hit = guarded.find((name) => name === domain || name.endsWith(`.${domain}`))
    if (hit === undefined) return undefined
    return hit === own ? OWN_DOMAIN : protectedDomain(hit)
  }
}
