import type { BlockOptions } from './block/options.ts'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { DomainBlock } from '../instance/documents.ts'
import { bothForms, displayDomain } from '../instance/domains.ts'
import type { ObjectChange } from '../instance/edit/objects.ts'
import { domainHint, namedDomain } from '../instance/named-domain.ts'
import { severityOf, SEVERITY_WORDS, STRENGTH, type BlockSeverity } from '../instance/severity.ts'
import { hasEnded } from '../providers/mastodon/kinds/common.ts'
import { MARGIN } from '../reconcile/plan/consent.ts'
import { relations } from '../words/describe.ts'
import { count } from '../words/text.ts'
import { importList } from './block/from-list.ts'
import { draft, openToEdit, settle, type Draft } from '../session/write-instance.ts'
import type { Io } from '../session/io.ts'
import { consentOf, measure, usedConsents, type Measured, type UsedConsents } from './block/measure.ts'
import { dayToCome } from '../session/options.ts'
import { openSession, type Files } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('[domain...]', 'the domains to block')
    .option('--severity <severity>', 'suspend, limit or none; beside --from for rows that give none')
    .option('--at-most <severity>', 'beside --from: no block is stricter than that, whatever the list says')
    .option('--reject-media', 'refuse their media')
    .option('--reject-reports', 'refuse their reports')
    .option('--obfuscate', 'hide part of the name in the public list')
    .option('--public-comment <text>', 'why, for everybody')
    .option('--private-comment <text>', 'why, for moderators; it stands in the file')
    .option('--reported-in <link>', 'where it was reported')
    .option('--until <date>', 'the day from which it is lifted')
    .option('--from <list>', 'a block list: a file, an address with https, or - for what is piped in')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook block spam.example --severity suspend \\\n    --public-comment "Spam, no moderation"\n  herdbook block --from tier0.csv --at-most limit\n\nIt changes the files, not the server. For a suspension it measures what would be severed and writes the consent.\nA list never lowers a block and never removes one. The other options stand in for what its rows do not say.\nIt is read as CSV (Mastodon, FediBlockHole, GoToSocial, a spreadsheet), JSON (the public list of a Mastodon, GoToSocial, RapidBlock, FIRES, the MRF simple policy of Pleroma or Akkoma), the configuration of Pleroma or Akkoma, a table in Markdown, a hosts file, or one domain a line.',
    )
    .action(async (domains, options) => {
      const files = await openToEdit(
        io,
        options.instance,
        domains.flatMap((domain) => fillOf(domain, options)),
      )
      const severity = severityIn(options.severity)
      const used = await usedIn(io, files, options.instance)
      if (options.from !== undefined) {
        if (domains.length > 0)
          fail(EXIT.invalid, 'domain-beside-list', `${domains.join(', ')} and --from are two things.`, {
            hint: 'Block the domain by itself first, then take over the list.',
          })
        return importList(
          io,
          files,
          {
            ...options,
            from: options.from,
            severity,
            atMost: severityIn(options.atMost),
            ...untilIn(io, options.until),
          },
          used,
        )
      }
      if (options.atMost !== undefined)
        fail(EXIT.invalid, 'no-list', '--at-most is for a list.', {
          hint: 'For a domain: --severity suspend, limit or none',
        })
      if (domains.length === 0)
        fail(EXIT.invalid, 'no-domain', 'Which domain?', { hint: 'herdbook block spam.example --severity suspend' })
      if (severity === undefined)
        fail(EXIT.invalid, 'no-severity', 'How strictly?', { hint: '--severity suspend, limit or none' })
      await settle(
        io,
        files,
        await draftBlocks(io, files, [...new Set(domains.map(domainIn))], severity, options, used),
      )
    })

/** Blocks, measured on the live server and with the consent that a suspension needs. Domains are as Mastodon stores them. */
export async function draftBlocks(
  io: Io,
  files: Files,
  domains: readonly string[],
  severity: BlockSeverity,
  options: BlockOptions,
  used: UsedConsents,
): Promise<Draft> {
  untilIn(io, options.until)
  const measured = await measure(io, files, domains, severity)
  const ends = new Map(
    domains.map((domain) => [
      domain,
      options.until === undefined ? endOf(domain, severity, files.instance, io.now()) : undefined,
    ]),
  )
  const consents = new Map(
    domains.map((domain) => [domain, consentOf(severity, measured.get(domain), used.get(domain))]),
  )
  const change = (domain: string): ObjectChange =>
    blockChange(domain, severity, options, {
      ...(ends.get(domain) === undefined ? {} : { until: null }),
      ...consents.get(domain),
    })
  return {
    edits: await draft(io, files, domains.map(change)),
    said: domains.flatMap((domain) => [
      ...weaker(domain, severity, files.instance),
      ...endless(domain, ends.get(domain)),
      told(domain, severity, measured.get(domain), consents.get(domain)?.['accept_severed_relationships']),
    ]),
    subject: `Block ${domains.map(displayDomain).join(', ')}`,
  }
}

const untilIn = (io: Io, until: string | undefined): { readonly until?: string } =>
  until === undefined ? {} : { until: dayToCome(until, io.now()) }

function severityIn(word: string | undefined): BlockSeverity | undefined {
  if (word === undefined) return undefined
  return (
    severityOf(word) ??
    fail(EXIT.invalid, 'unknown-severity', `"${word}" is no severity.`, { hint: 'Write suspend, limit or none.' })
  )
}

export function domainIn(text: string): string {
  const name = namedDomain(text)
  return 'domain' in name
    ? name.domain
    : fail(EXIT.invalid, 'not-a-domain', `"${text}" is not a domain: ${name.refused}`, { hint: domainHint(text) })
}

function blockChange(
  domain: string,
  severity: BlockSeverity,
  options: BlockOptions,
  beside: Readonly<Record<string, number | null>>,
): ObjectChange {
  const given = {
    ...(options.rejectMedia ? { reject_media: true } : {}),
    ...(options.rejectReports ? { reject_reports: true } : {}),
    ...(options.obfuscate ? { obfuscate: true } : {}),
    ...(options.publicComment === undefined ? {} : { public_comment: options.publicComment }),
    ...(options.privateComment === undefined ? {} : { private_comment: options.privateComment }),
  }
  return { ref: `domain-block/${domain}`, fields: { severity, ...given }, extra: { ...extraOf(options), ...beside } }
}

/** What a block is given but for its severity: fields that the file may hold as yet empty. */
function fillOf(written: string, options: BlockOptions): readonly ObjectChange[] {
  const name = namedDomain(written)
  if (!('domain' in name)) return []
  const { fields, ...rest } = blockChange(name.domain, 'noop', options, {})
  const { severity: _unchanged, ...given } = fields ?? {}
  return [{ ...rest, fields: given }]
}

const extraOf = ({ reportedIn, until }: BlockOptions): Record<string, string> => ({
  ...(reportedIn === undefined ? {} : { reported_in: reportedIn }),
  ...(until === undefined ? {} : { until }),
})

/** The consents in the files that were used up. Where the ledger can't be read none is known of, and the plan tells. */
async function usedIn(io: Io, { instance }: Files, named: string | undefined): Promise<UsedConsents> {
  const held = instance.documents['domain-blocks.yaml']?.domain_blocks?.some(
    (block) => block.accept_severed_relationships !== undefined,
  )
  if (!held) return new Map()
  try {
    return usedConsents((await openSession(io, named)).ledger)
  } catch (error) {
    if (error instanceof HerdbookError) return new Map()
    throw error
  }
}

const entryOf = (domain: string, { documents }: Files['instance']): DomainBlock | undefined =>
  documents['domain-blocks.yaml']?.domain_blocks?.find((block) => domainIn(block.domain) === domain)

/** The end of a block that becomes stricter: it was given for the weaker one. */
function endOf(domain: string, severity: BlockSeverity, instance: Files['instance'], now: Date): string | undefined {
  const before = entryOf(domain, instance)
  return before !== undefined &&
    !hasEnded(before.until, now) &&
    STRENGTH[severity] > STRENGTH[severityOf(before.severity) ?? 'noop']
    ? before.until
    : undefined
}

const endless = (domain: string, end: string | undefined): string[] =>
  end === undefined
    ? []
    : [
        `${bothForms(domain)}: ended on ${end} in the files. That is dropped, since it was the end of the weaker block. To set one: --until`,
      ]

/** Said where a block becomes weaker: that may be meant, and must not go unnoticed. */
function weaker(domain: string, severity: BlockSeverity, instance: Files['instance']): string[] {
  const before = entryOf(domain, instance)
  const was = severityOf(before?.severity ?? '') ?? 'noop'
  return STRENGTH[was] > STRENGTH[severity]
    ? [
        `${bothForms(domain)}: was ${SEVERITY_WORDS[was]} in the files and becomes ${SEVERITY_WORDS[severity]}, which is weaker.`,
      ]
    : []
}

function told(
  domain: string,
  severity: BlockSeverity,
  measured: Measured | undefined,
  consent: number | undefined,
): string {
  const name = bothForms(domain)
  if (severity === 'noop') return `${name}: noted.`
  if (measured?.state !== 'measured')
    return `${name}: what it touches could not be measured, and the plan will${measured ? `: ${measured.reason}` : ''}.`
  const { accounts, members } = measured.impact
  const cut = relations(measured.impact)
  const verb = severity === 'suspend' ? 'severs for good' : 'hides'
  const whose = cut === null || members === undefined ? ' of members' : ''
  const accepted =
    consent === undefined
      ? ''
      : ` The file accepts ${consent}: ${MARGIN}, since it is measured again before it is done.`
  return `${name}: ${cut === null ? 'touches no follows' : `${verb} ${cut}`}${whose}; ${count(accounts, 'account', 'accounts')} known from there.${accepted}`
}
