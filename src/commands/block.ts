import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { stringify } from 'yaml'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import { mergeBlockList } from '../instance/block-list.ts'
import { readBlockList, severityOf, type BlockSeverity } from '../instance/csv.ts'
import { bothForms, displayDomain, normalizeDomain } from '../instance/domains.ts'
import type { ObjectChange } from '../instance/edit/objects.ts'
import { policyOf } from '../instance/policy.ts'
import { consentFor, severed } from '../reconcile/consent.ts'
import { readable } from '../render/names.ts'
import { relations } from '../render/describe.ts'
import { clip, count, inline } from '../render/text.ts'
import { draft, openToEdit, settle, type Draft } from './editing.ts'
import { note, say, tell, type Io } from './io.ts'
import { measure, usedConsents, type Measured, type UsedConsents } from './measure.ts'
import { openSession, type Files } from './session.ts'

/** What else a block may say. */
export interface BlockOptions {
  readonly rejectMedia?: true
  readonly rejectReports?: true
  readonly obfuscate?: true
  readonly publicComment?: string
  readonly privateComment?: string
  readonly reportedIn?: string
  readonly until?: string
}

export const verb = (command: Command, io: Io) =>
  command
    .argument('[domain...]', 'the domains to block')
    .option('--severity <severity>', 'suspend, limit or none')
    .option('--reject-media', 'refuse their media')
    .option('--reject-reports', 'refuse their reports')
    .option('--obfuscate', 'hide part of the name in the public list')
    .option('--public-comment <text>', 'why, for everybody')
    .option('--private-comment <text>', 'why, for moderators; it stands in the file')
    .option('--reported-in <link>', 'where it was reported')
    .option('--until <date>', 'the day from which it is lifted')
    .option('--from <file>', "a block list: Mastodon's or FediBlockHole's CSV, or one domain a line")
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook block spam.example --severity suspend \\\n    --public-comment "Spam, no moderation"\n  herdbook block --from tier0.csv --severity limit\n\nIt changes the files, not the server. For a suspension it measures what would be severed and writes the consent.\nA list never lowers a block and never removes one.',
    )
    .action(async (domains, options) => {
      const files = await openToEdit(io, options.instance, domains.flatMap((domain) => fillOf(domain, options)))
      const severity = severityIn(options.severity)
      const used = await usedIn(io, files, options.instance)
      if (options.from !== undefined) return importList(io, files, options.from, severity, used)
      if (domains.length === 0) fail(EXIT.invalid, 'no-domain', 'Which domain?', { hint: 'herdbook block spam.example --severity suspend' })
      if (severity === undefined) fail(EXIT.invalid, 'no-severity', 'How strictly?', { hint: '--severity suspend, limit or none' })
      await settle(io, files, await draftBlocks(io, files, domains.map(domainIn), severity, options, used))
    })

/** Blocks, measured on the live server and with the consent that a suspension needs. Domains are as Mastodon stores them. */
export async function draftBlocks(io: Io, files: Files, domains: readonly string[], severity: BlockSeverity, options: BlockOptions, used: UsedConsents): Promise<Draft> {
  const measured = await measure(io, files, domains, severity)
  return {
    edits: await draft(io, files, domains.map((domain) => blockChange(domain, severity, options, consentOf(severity, measured.get(domain), used.get(domain))))),
    said: domains.flatMap((domain) => [...weaker(domain, severity, files.instance), told(domain, severity, measured.get(domain))]),
    subject: `Block ${domains.map(displayDomain).join(', ')}`,
  }
}

function severityIn(word: string | undefined): BlockSeverity | undefined {
  if (word === undefined) return undefined
  return severityOf(word) ?? fail(EXIT.invalid, 'unknown-severity', `"${word}" is no severity.`, { hint: 'Write suspend, limit or none.' })
}

export function domainIn(text: string): string {
  const name = normalizeDomain(text)
  return 'domain' in name ? name.domain : fail(EXIT.invalid, 'not-a-domain', `"${text}" is not a domain: ${name.refused}`, { hint: 'Write it as spam.example' })
}

function blockChange(domain: string, severity: BlockSeverity, options: BlockOptions, consent: Record<string, number>): ObjectChange {
  const given = {
    ...(options.rejectMedia ? { reject_media: true } : {}),
    ...(options.rejectReports ? { reject_reports: true } : {}),
    ...(options.obfuscate ? { obfuscate: true } : {}),
    ...(options.publicComment === undefined ? {} : { public_comment: options.publicComment }),
    ...(options.privateComment === undefined ? {} : { private_comment: options.privateComment }),
  }
  return { ref: `domain-block/${domain}`, fields: { severity, ...given }, extra: { ...extraOf(options), ...consent } }
}

/** What a block is given but for its severity: fields that the file may hold as yet empty. */
function fillOf(written: string, options: BlockOptions): readonly ObjectChange[] {
  const name = normalizeDomain(written)
  if (!('domain' in name)) return []
  const { fields, ...rest } = blockChange(name.domain, 'noop', options, {})
  const { severity: _unchanged, ...given } = fields ?? {}
  return [{ ...rest, fields: given }]
}

const extraOf = ({ reportedIn, until }: BlockOptions): Record<string, string> => ({
  ...(reportedIn === undefined ? {} : { reported_in: reportedIn }),
  ...(until === undefined ? {} : { until }),
})

function consentOf(severity: BlockSeverity, measured: Measured | undefined, used?: number): Record<string, number> {
  const relations = measured?.state === 'measured' ? severed(measured.impact) : 0
  return severity === 'suspend' && relations > 0 ? { accept_severed_relationships: consentFor(relations, used) } : {}
}

/** The consents in the files that were used up. Where the ledger can't be read none is known of, and the plan tells. */
async function usedIn(io: Io, { instance }: Files, named: string | undefined): Promise<UsedConsents> {
  const held = instance.documents['domain-blocks.yaml']?.domain_blocks?.some((block) => block.accept_severed_relationships !== undefined)
  if (!held) return new Map()
  try {
    return usedConsents((await openSession(io, named)).ledger)
  } catch (error) {
    if (error instanceof HerdbookError) return new Map()
    throw error
  }
}

const STRICTNESS: { readonly [severity in BlockSeverity]: number } = { suspend: 2, silence: 1, noop: 0 }
const WORDS: { readonly [severity in BlockSeverity]: string } = { suspend: 'suspend', silence: 'limit', noop: 'none' }

/** Said where a block becomes weaker: that may be meant, and must not go unnoticed. */
function weaker(domain: string, severity: BlockSeverity, { documents }: Files['instance']): string[] {
  const before = documents['domain-blocks.yaml']?.domain_blocks?.find((block) => domainIn(block.domain) === domain)
  const was = severityOf(before?.severity ?? '') ?? 'noop'
  return STRICTNESS[was] > STRICTNESS[severity] ? [`${bothForms(domain)}: was ${WORDS[was]} in the files and becomes ${WORDS[severity]}, which is weaker.`] : []
}

function told(domain: string, severity: BlockSeverity, measured: Measured | undefined): string {
  const name = bothForms(domain)
  if (severity === 'noop') return `${name}: noted.`
  if (measured?.state !== 'measured') return `${name}: what it touches could not be measured, and the plan will${measured ? `: ${measured.reason}` : ''}.`
  const { accounts, members } = measured.impact
  const cut = relations(measured.impact)
  const verb = severity === 'suspend' ? 'severs for good' : 'hides'
  const whose = cut === null || members === undefined ? ' of members' : ''
  return `${name}: ${cut === null ? 'touches no follows' : `${verb} ${cut}`}${whose}; ${count(accounts, 'account', 'accounts')} known from there.`
}

async function importList(io: Io, files: Files, from: string, severity: BlockSeverity | undefined, used: UsedConsents): Promise<void> {
  const name = basename(from)
  const list = readBlockList(await readFile(resolve(io.cwd, from)), { file: name, ...(severity === undefined ? {} : { defaultSeverity: severity }) })
  if (list.diagnostics.some((d) => d.severity === 'error')) throw new HerdbookError(EXIT.invalid, list.diagnostics)
  tell(io, list.diagnostics)
  const { instance, config } = files
  const until = new Date(io.now().getTime() + 7 * 86_400_000).toISOString().slice(0, 10)
  const merge = mergeBlockList(instance.documents['domain-blocks.yaml']?.domain_blocks ?? [], list.entries, {
    source: name,
    budget: policyOf(instance, io.now()).budgetOf('domain-block'),
    until,
    refuse: refusal(config.domain, instance.documents['policy.yaml']?.protected_domains ?? []),
  })
  const suspended = merge.changes.filter((change) => change.fields?.['severity'] === 'suspend').map((change) => change.ref.slice('domain-block/'.length))
  const measured = await measure(io, files, suspended, 'suspend')
  const changes = merge.changes.map((change) => {
    const domain = change.ref.slice('domain-block/'.length)
    return { ...change, extra: { ...change.extra, ...consentOf(change.fields?.['severity'] === 'suspend' ? 'suspend' : 'silence', measured.get(domain), used.get(domain)) } }
  })
  const edits = await draft(io, files, changes)
  say(io, `${name}: adds ${merge.adds.length}, raises ${merge.raises.length}, skips ${merge.skips.length}.`)
  for (const skip of merge.skips.slice(0, 20)) note(io, `  line ${skip.line}: ${inline(readable(clip(skip.domain, 300)))}: ${inline(readable(skip.why))}`)
  if (merge.skips.length > 20) note(io, `  and ${merge.skips.length - 20} more`)
  const severing = suspended.filter((domain) => consentOf('suspend', measured.get(domain))['accept_severed_relationships'] !== undefined)
  if (severing.length > 0) note(io, `${count(severing.length, 'suspension severs', 'suspensions sever')} follows of members; the consent was written: ${severing.slice(0, 10).map(bothForms).join(', ')}${severing.length > 10 ? ', …' : ''}`)
  if (merge.raise) say(io, `The budget for one apply is smaller. If it is meant, write in policy.yaml:\n${stringify({ raises: [merge.raise] }).trimEnd().replaceAll(/^/gm, '  ')}`)
  await settle(io, files, { edits, said: [], subject: `Import ${name}` })
}

/** Names that no list may block here: the own one, what is protected, and what lies above either. */
function refusal(own: string, kept: readonly string[]): (domain: string) => string | undefined {
  const guarded = [own, ...kept].map((written) => {
    const name = normalizeDomain(written)
    return 'domain' in name ? name.domain : written
  })
  return (domain) => {
    const hit = guarded.find((name) => name === domain || name.endsWith(`.${domain}`))
    return hit === undefined ? undefined : hit === own ? 'it is this server, or above it' : `${hit} is protected in policy.yaml`
  }
}
