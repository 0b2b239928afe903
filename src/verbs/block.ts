import type { BlockOptions } from './block/options.ts'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail, HerdbookError } from '../instance/diagnostic.ts'
import type { DomainBlock } from '../instance/documents.ts'
import type { ObjectChange } from '../instance/edit/objects.ts'
import { domainHint, namedDomain } from '../instance/named-domain.ts'
import { severityOf, STRENGTH, type BlockSeverity } from '../instance/severity.ts'
import { hasEnded } from '../providers/mastodon/kinds/common.ts'
import { importList } from './block/from-list.ts'
import { draft, openToEdit, writeDraft, type FilesDraft } from '../session/write-instance.ts'
import type { Io } from '../session/io.ts'
import { consentOf, measure, usedConsents, type UsedConsents } from './block/measure.ts'
import {
  AT_MOST_WITHOUT_LIST,
  becomesWeaker,
  blockSubject,
  domainBesideList,
  effectOf,
  endDropped,
  HELP,
  NO_DOMAIN,
  NO_SEVERITY,
  notADomain,
  unknownSeverity,
} from './block/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'
import { dayToCome } from '../session/options.ts'
import { openSession, type CheckedFiles } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('[domain...]', HELP.domains)
    .option('--severity <severity>', HELP.severity)
    .option('--at-most <severity>', HELP.atMost)
    .option('--reject-media', HELP.rejectMedia)
    .option('--reject-reports', HELP.rejectReports)
    .option('--obfuscate', HELP.obfuscate)
    .option('--public-comment <text>', HELP.publicComment)
    .option('--private-comment <text>', HELP.privateComment)
    .option('--reported-in <link>', HELP.reportedIn)
    .option('--until <date>', HELP.until)
    .option('--from <list>', HELP.from)
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', HELP.examples)
    .action(async (domains, options) => {
      const files = await openToEdit(
        io,
        options.instance,
        domains.flatMap((domain) => fieldsToFill(domain, options)),
      )
      const severity = severityIn(options.severity)
      const used = await readUsedConsents(io, files, options.instance)
      if (options.from !== undefined) {
        if (domains.length > 0) refuse('domain-beside-list', domainBesideList(domains))
        return importList(
          io,
          files,
          {
            ...options,
            from: options.from,
            severity,
            atMost: severityIn(options.atMost),
            ...checkUntil(io, options.until),
          },
          used,
        )
      }
      if (options.atMost !== undefined) refuse('no-list', AT_MOST_WITHOUT_LIST)
      if (domains.length === 0) refuse('no-domain', NO_DOMAIN)
      if (severity === undefined) return refuse('no-severity', NO_SEVERITY)
      await writeDraft(
        io,
        files,
        await draftBlocks(io, files, [...new Set(domains.map(domainIn))], severity, options, used),
      )
    })

/** Drafts blocks of domains as Mastodon stores them, measured, with the consent that a suspension needs. */
export async function draftBlocks(
  io: Io,
  files: CheckedFiles,
  domains: readonly string[],
  severity: BlockSeverity,
  options: BlockOptions,
  used: UsedConsents,
): Promise<FilesDraft> {
  checkUntil(io, options.until)
  const measured = await measure(io, files, domains, severity)
  const ends = new Map(
    domains.map((domain) => [
      domain,
      options.until === undefined ? endToDrop(domain, severity, files.instance, io.now()) : undefined,
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
    explanations: domains.flatMap((domain) => [
      ...weaker(domain, severity, files.instance),
      ...withoutEnd(domain, ends.get(domain)),
      effectOf(domain, severity, measured.get(domain), consents.get(domain)?.['accept_severed_relationships']),
    ]),
    subject: blockSubject(domains),
  }
}

const checkUntil = (io: Io, until: string | undefined): { readonly until?: string } =>
  until === undefined ? {} : { until: dayToCome(until, io.now()) }

const refuse = (code: string, text: { readonly message: string; readonly hint: string }): never =>
  fail(EXIT.invalid, code, text.message, { hint: text.hint })

function severityIn(word: string | undefined): BlockSeverity | undefined {
  if (word === undefined) return undefined
  return severityOf(word) ?? refuse('unknown-severity', unknownSeverity(word))
}

/** Reads a domain that a person wrote. Throws (exit 9) if it is none. */
export function domainIn(text: string): string {
  const name = namedDomain(text)
  return 'domain' in name
    ? name.domain
    : refuse('not-a-domain', { message: notADomain(text, name.refused), hint: domainHint(text) })
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

/** The fields of a block without its severity: the file may still hold them empty. */
function fieldsToFill(written: string, options: BlockOptions): readonly ObjectChange[] {
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

/** Reads the consents in the files that were used up: none if the ledger can't be read, which the plan reports. */
async function readUsedConsents(io: Io, { instance }: CheckedFiles, named: string | undefined): Promise<UsedConsents> {
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

const entryOf = (domain: string, { documents }: CheckedFiles['instance']): DomainBlock | undefined =>
  documents['domain-blocks.yaml']?.domain_blocks?.find((block) => domainIn(block.domain) === domain)

/** The end of a block that becomes stricter: it was set for the weaker one. */
function endToDrop(
  domain: string,
  severity: BlockSeverity,
  instance: CheckedFiles['instance'],
  now: Date,
): string | undefined {
  const before = entryOf(domain, instance)
  return before !== undefined &&
    !hasEnded(before.until, now) &&
    STRENGTH[severity] > STRENGTH[severityOf(before.severity) ?? 'noop']
    ? before.until
    : undefined
}

const withoutEnd = (domain: string, end: string | undefined): string[] =>
  end === undefined ? [] : [endDropped(domain, end)]

/** A block may become weaker on purpose, but never without a sentence that says so. */
function weaker(domain: string, severity: BlockSeverity, instance: CheckedFiles['instance']): string[] {
  const before = entryOf(domain, instance)
  const was = severityOf(before?.severity ?? '') ?? 'noop'
  return STRENGTH[was] > STRENGTH[severity] ? [becomesWeaker(domain, was, severity)] : []
}
