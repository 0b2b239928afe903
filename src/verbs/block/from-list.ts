import { stringify } from 'yaml'
import { openReader } from '../../providers/mastodon/reader.ts'
import { EXIT, HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { bothForms, normalizeDomain } from '../../instance/domains.ts'
import { mergeBlockList, type Merge, type Remark } from '../../instance/import/merge.ts'
import { readBlockList, type BlockList, type ListOptions } from '../../instance/import/read.ts'
import { policyOf } from '../../instance/policy.ts'
import { SEVERITY_WORDS, type BlockSeverity } from '../../instance/severity.ts'
import { MARGIN } from '../../reconcile/plan/consent.ts'
import { bySeverity, readOf } from '../../terminal/block-list.ts'
import { readable } from '../../redaction/idn.ts'
import { clip, count } from '../../words/text.ts'
import { inline } from '../../redaction/neutralise.ts'
import type { BlockOptions } from './options.ts'
import { draft, settle } from '../../session/write-instance.ts'
import { note, prose, say, tell, toldWaits, type Io } from '../../session/io.ts'
import { givenList, type GivenList } from './list-source.ts'
import { consentOf, measure, type Measured, type UsedConsents } from './measure.ts'
import { withProgress } from '../../session/progress.ts'
import type { Files } from '../../session/session.ts'

/** What a list is read with. */
export interface ImportOptions extends BlockOptions {
  readonly from: string
  /** For rows without one. */
  readonly severity: BlockSeverity | undefined
  readonly atMost: BlockSeverity | undefined
}

/** Takes over a block list: says what it read, what will change and what it needs, and then writes it into the files. */
export async function importList(io: Io, files: Files, options: ImportOptions, used: UsedConsents): Promise<void> {
  const given = await givenList(io, options.from)
  const list = await readList(io, files, given, options)
  const errors = list.diagnostics.some(({ severity }) => severity === 'error')
  if (errors) throw new HerdbookError(EXIT.invalid, fewOfEach(list.diagnostics))
  tell(io, fewOfEach(list.diagnostics))
  for (const line of readOf(given.name, list)) prose(io, readable(line))
  if (options.severity !== undefined && list.defaulted === 0)
    note(
      io,
      `--severity is for rows that give none, and each of these gives its own. So that none is stricter than that: --at-most ${SEVERITY_WORDS[options.severity]}`,
    )
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
  if (merge.raise)
    say(
      io,
      `The budget for one apply is smaller. If it is meant, write in policy.yaml:\n${stringify({
        raises: [merge.raise],
      })
        .trimEnd()
        .replaceAll(/^/gm, '  ')}`,
    )
  if (edits.length > 0) return settle(io, files, { edits, said: [], subject: `Import ${given.name}` })
  say(
    io,
    merge.skips.every(({ said }) => said)
      ? 'The files say so already.'
      : 'Nothing was written: the lines above say why each domain is skipped.',
  )
}

type Change = Merge['changes'][number]
const suspends = ({ fields }: Change): boolean => fields?.['severity'] === 'suspend'
const domainOf = ({ ref }: Change): string => ref.slice('domain-block/'.length)

function withConsent(change: Change, measured: ReadonlyMap<string, Measured>, used: UsedConsents): Change {
  const domain = domainOf(change)
  return {
    ...change,
    extra: {
      ...change.extra,
      ...consentOf(suspends(change) ? 'suspend' : 'silence', measured.get(domain), used.get(domain)),
    },
  }
}

/** Reads it; where names are hidden that the files don't know, once more with those that are live. */
async function readList(io: Io, files: Files, { name, bytes }: GivenList, options: ImportOptions): Promise<BlockList> {
  const blocks = files.instance.documents['domain-blocks.yaml']?.domain_blocks ?? []
  const known = blocks.flatMap(({ domain }) => asStored(domain))
  const wishes: ListOptions = {
    file: name,
    otherwise: otherwiseOf(options),
    known,
    ...given('defaultSeverity', options.severity),
    ...given('atMost', options.atMost),
  }
  const list = readBlockList(bytes, wishes)
  if (list.hidden.length === 0) return list
  const live = await liveDomains(io, files)
  return live.length === 0 ? list : readBlockList(bytes, { ...wishes, known: [...known, ...live] })
}

const given = <Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value })

const otherwiseOf = ({
  rejectMedia,
  rejectReports,
  obfuscate,
  publicComment,
  privateComment,
}: BlockOptions): NonNullable<ListOptions['otherwise']> => ({
  ...given('reject_media', rejectMedia),
  ...given('reject_reports', rejectReports),
  ...given('obfuscate', obfuscate),
  ...given('public_comment', publicComment),
  ...given('private_comment', privateComment),
})

const asStored = (written: string): readonly string[] => {
  const name = normalizeDomain(written)
  return 'domain' in name ? [name.domain] : []
}

/** The domains that the server blocks. A server that can't be asked is no error: those rows are left out, and told. */
async function liveDomains(io: Io, { config }: Files): Promise<readonly string[]> {
  const reader = await openReader(config, io.secrets, { verb: 'plan', onWait: toldWaits(io) })
  try {
    const { domain_blocks: blocks } = await withProgress(
      io,
      'Looking for hidden names among the blocks of the server',
      () => reader.read({ tables: ['domain_blocks'], accounts: [], measure: [] }),
    )
    if (blocks.state === 'unknown')
      note(io, `Hidden names were looked for in the files alone: ${blocks.reason.message}`)
    return blocks.state === 'unknown' ? [] : blocks.rows.map(({ domain }) => domain)
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    note(io, `Hidden names were looked for in the files alone: ${error.message}`)
    return []
  } finally {
    await reader.close()
  }
}

function mergeOf(
  io: Io,
  { instance, config }: Files,
  { source }: GivenList,
  list: BlockList,
  { reportedIn, until }: ImportOptions,
): Merge {
  return mergeBlockList(instance.documents['domain-blocks.yaml']?.domain_blocks ?? [], list.entries, {
    source,
    budget: policyOf(instance, io.now()).budgetOf('domain-block'),
    until: new Date(io.now().getTime() + 7 * 86_400_000).toISOString().slice(0, 10),
    now: io.now(),
    refuse: refusal(config.domain, instance.documents['policy.yaml']?.protected_domains ?? []),
    extra: { ...given('reported_in', reportedIn), ...given('until', until) },
  })
}

const SHOWN = 20

function sayMerge(io: Io, name: string, { adds, raises, skips, remarks }: Merge): void {
  const added = bySeverity(adds.map(({ severity }) => severity))
  const raised = bySeverity(raises.map(({ block }) => block.severity))
  say(io, readable(`${name}: adds ${adds.length}${added}, raises ${raises.length}${raised}, skips ${skips.length}.`))
  noteEach(io, remarks)
  noteEach(io, skips)
}

function noteEach(io: Io, remarks: readonly Remark[]): void {
  for (const { line, domain, why } of remarks.slice(0, SHOWN))
    note(io, `  line ${line}: ${inline(readable(clip(domain, 300)))}: ${inline(readable(why))}`)
  if (remarks.length > SHOWN) note(io, `  and ${remarks.length - SHOWN} more`)
}

function sayConsents(io: Io, suspended: readonly string[], measured: ReadonlyMap<string, Measured>): void {
  const severing = suspended.filter(
    (domain) => consentOf('suspend', measured.get(domain))['accept_severed_relationships'] !== undefined,
  )
  if (severing.length === 0) return
  note(
    io,
    `${count(severing.length, 'suspension severs', 'suspensions sever')} follows of members; what the file accepts of each is ${MARGIN}: ${severing.slice(0, 10).map(bothForms).join(', ')}${severing.length > 10 ? ', …' : ''}`,
  )
}

const TOLD = 10

/** Of warnings of one kind the first ones: a list may have thousands. Errors are told all. */
function fewOfEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...Map.groupBy(diagnostics, ({ code }) => code).values()].flatMap((alike) => {
    const [first] = alike
    if (first === undefined || first.severity === 'error' || alike.length <= TOLD) return alike
    return [
      ...alike.slice(0, TOLD),
      { code: first.code, severity: first.severity, message: `and ${alike.length - TOLD} more rows like these` },
    ]
  })
}

/** Names that no list may block here: the own one, what is protected, and what lies above either. */
function refusal(own: string, kept: readonly string[]): (domain: string) => string | undefined {
  const guarded = [own, ...kept].map((written) => asStored(written)[0] ?? written)
  return (domain) => {
    const hit = guarded.find((name) => name === domain || name.endsWith(`.${domain}`))
    return hit === undefined
      ? undefined
      : hit === own
        ? 'it is this server, or above it'
        : `${hit} is protected in policy.yaml`
  }
}
