import { bothForms, displayDomain } from '../../instance/domains.ts'
import type { Relations } from '../../instance/relations.ts'
import { SEVERITY_WORDS, type BlockSeverity } from '../../instance/severity.ts'
import { MARGIN } from '../../reconcile/plan/consent.ts'
import { bySeverity } from '../../terminal/block-list.ts'
import { relations } from '../../words/describe-step.ts'
import { count } from '../../words/text.ts'

export const HELP = {
  domains: 'the domains to block',
  severity: 'how strict the block is: suspend, limit or none; with --from: only for rows without a severity',
  atMost: 'with --from: no block is stricter than this, whatever the list says',
  rejectMedia: 'refuse media from these domains',
  rejectReports: 'refuse reports from these domains',
  obfuscate: 'hide part of the name in the public list of blocks',
  publicComment: 'the reason, for everybody',
  privateComment: 'the reason, for moderators; everybody who can read the file sees it, too',
  reportedIn: 'a link to the report',
  until: 'the day on which the block ends, such as 2026-12-24',
  from: 'a block list: a file, an https address, or - for standard input',
  examples:
    `
Examples:
  herdbook block spam.example --severity suspend \\
    --public-comment "Spam, no moderation"
  herdbook block --from tier0.csv --at-most limit

The first blocks one domain. The second blocks the domains of a list, and limits those that the list suspends.
This changes the files, not the server. ` +
    `For a suspension, Herdbook counts the follows that are lost and writes into the file that you accept this.
A list never makes a block weaker and never removes one. The other options fill in what a row does not say.
A list can be CSV (Mastodon, FediBlockHole, GoToSocial, a spreadsheet), JSON ` +
    '(the public list of a Mastodon server, GoToSocial, RapidBlock, FIRES, the MRF simple policy of Pleroma or ' +
    'Akkoma), the configuration of Pleroma or Akkoma, a Markdown table, a hosts file, or one domain per line.',
}

export const domainBesideList = (domains: readonly string[]) => ({
  message: `You cannot give a domain (${domains.join(', ')}) and --from together.`,
  hint: 'Block the domain first. Then import the list.',
})

export const AT_MOST_WITHOUT_LIST = {
  message: '--at-most works only with --from.',
  hint: 'For a domain, write --severity suspend, --severity limit or --severity none.',
}

export const NO_DOMAIN = {
  message: 'Name a domain to block.',
  hint: 'For example: herdbook block spam.example --severity suspend',
}

export const NO_SEVERITY = {
  message: 'Say how strict the block is.',
  hint: 'Add --severity suspend, --severity limit or --severity none.',
}

export const unknownSeverity = (word: string) => ({
  message: `"${word}" is not a severity.`,
  hint: 'Write suspend, limit or none.',
})

export const notADomain = (text: string, reason: string): string => `"${text}" is not a domain: ${reason}`

export const MEASURING = 'Measuring the impact'

/** What a block does, as measured, and what the file accepts of it. `reason` is why it could not be measured. */
export function effectOf(
  domain: string,
  severity: BlockSeverity,
  { impact, reason }: { readonly impact?: Relations; readonly reason?: string } = {},
  consent?: number,
): string {
  const name = bothForms(domain)
  if (severity === 'noop') return `${name}: the severity none removes no follows and hides nothing.`
  if (impact === undefined)
    return `${name}: Herdbook could not measure the impact. The plan measures it again.${reason ? because(reason) : ''}`
  const { accounts, members } = impact
  const cut = relations(impact)
  const action = severity === 'suspend' ? 'removes for good' : 'hides'
  const whose = cut === null || members === undefined ? ' of members' : ''
  const accepted =
    consent === undefined
      ? ''
      : ` Herdbook counts again before it blocks. The file accepts up to ${consent} (${MARGIN}).`
  return (
    `${name}: this ${cut === null ? 'changes no follows' : `${action} ${cut}`}${whose}; ` +
    `the server knows ${count(accounts, 'account', 'accounts')} from there.${accepted}`
  )
}

const because = (reason: string): string => ` The reason: ${reason.replace(/\.$/, '')}.`

export const becomesWeaker = (domain: string, from: BlockSeverity, to: BlockSeverity): string =>
  `${bothForms(domain)}: was ${SEVERITY_WORDS[from]} in the files and becomes ${SEVERITY_WORDS[to]}, which is weaker.`

export const endDropped = (domain: string, end: string): string =>
  `${bothForms(domain)}: the weaker block had an end, ${end}. The stricter block has none. To set an end, add --until.`

export const blockSubject = (domains: readonly string[]): string => `Block ${domains.map(displayDomain).join(', ')}`

export const listIsFolder = (path: string) => ({ message: `${path} is a folder.`, hint: 'Name a file in it.' })

/** What a list without a file name is called. */
export const STANDARD_INPUT = 'standard input'
export const COMMAND_OUTPUT = 'a command'

export const severityUnused = (severity: BlockSeverity): string =>
  '--severity changes nothing here, because every row has a severity already. ' +
  `To make no block stricter than ${SEVERITY_WORDS[severity]}: --at-most ${SEVERITY_WORDS[severity]}`

export const LOOKING_FOR_HIDDEN = "Looking for hidden names among the server's blocks"

export const hiddenInFilesOnly = (reason: string): string =>
  `Herdbook looked for hidden names only in the files, not on the server: ${reason}`

export function listChanges(
  name: string,
  added: readonly BlockSeverity[],
  raised: readonly BlockSeverity[],
  skipped: number,
): string {
  return (
    `${name}: adds ${added.length}${bySeverity(added)}, ` +
    `raises ${raised.length}${bySeverity(raised)}, skips ${skipped}.`
  )
}

export const remarkOn = (line: number, domain: string, remark: string): string => `  line ${line}: ${domain}: ${remark}`

export const moreRemarks = (amount: number): string => `  and ${amount} more`

export const moreRows = (amount: number): string => `and ${amount} more rows like these`

export const OWN_DOMAIN = 'this server uses that domain or one below it'

export const protectedDomain = (domain: string): string => `policy.yaml protects ${domain}`

/** How many suspensions need consent, with the first names. */
export function consentsGiven(domains: readonly string[]): string {
  const names = `${domains.slice(0, MAX_NAMES).map(bothForms).join(', ')}${domains.length > MAX_NAMES ? ', …' : ''}`
  return (
    `${count(domains.length, 'suspension removes', 'suspensions remove')} follows of members. ` +
    `For each of them, the file now accepts more follow relations than Herdbook counted (${MARGIN}): ${names}`
  )
}

const MAX_NAMES = 10

export const budgetTooSmall = (entry: string): string =>
  'This is more than the limit for changes in one apply (budgets in policy.yaml). ' +
  `If you want all these changes, write in policy.yaml:\n${entry}`

export const importSubject = (name: string): string => `Import ${name}`

export const FILES_SAY_SO = 'The files already say so. Herdbook changed nothing.'

export const ALL_SKIPPED = 'Nothing was written. The lines above say why Herdbook skipped each domain.'
