import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { readSettings } from '../forges/github/settings.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { blank, layout, span, type Line } from '../words/layout.ts'
import { count } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { examine } from '../setup/doctor/checks.ts'
import type { Finding } from '../setup/doctor/finding.ts'
import { ENVIRONMENTS } from '../setup/environment-names.ts'
import { ownPin } from '../setup/init/pin.ts'
import { ledgerBranch } from '../setup/init/settings.ts'
import { compareIn } from '../setup/init/update.ts'
import { say, screenOf, tell, toldWaits, type Io } from '../session/io.ts'
import { withProgress } from '../session/progress.ts'
import { openFiles } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
Example:
  GH_TOKEN=$(gh auth token) herdbook doctor

Looks with your own token (GH_TOKEN or GITHUB_TOKEN) and changes nothing. An administrator sees everything;
what your token may not see is told as such. Exit 9 if something is wrong, 10 if something could not be seen.`,
    )
    .action(async (options) => {
      const { instance, config, warnings, folder } = await openFiles(io, options.instance)
      tell(io, warnings)
      const repository = config.forge?.github
      if (repository === undefined)
        return fail(EXIT.invalid, 'no-forge', 'instance.yaml names no forge: there are no settings to look at.', {
          hint: 'Write in instance.yaml: forge: { github: OWNER/NAME }',
        })
      const token = tokenIn(io)
      const owners = instance.documents['policy.yaml']?.owners ?? []
      const api = io.env['GITHUB_API_URL'] ?? 'https://api.github.com'
      const settings = await withProgress(io, `Looking at ${repository}`, () =>
        readSettings(
          { api, repository, token, onWait: toldWaits(io) },
          {
            environments: Object.keys(ENVIRONMENTS),
            ledger: ledgerBranch(config.environment ?? 'production'),
            people: owners,
          },
        ),
      )
      const { documents } = instance
      const givesRoles = documents['roles.yaml'] !== undefined || documents['moderators.yaml'] !== undefined
      const { compared: files } = await compareIn(dirname(folder), async (used) => (await ownPin()) ?? used)
      const findings = examine({ repository, config, owners, givesRoles, settings, files })
      say(io, options.json ? JSON.stringify({ version: 1, repository, findings }, null, 2) : told(io, findings))
      const states = new Set(findings.map(({ state }) => state))
      io.exit = states.has('wrong') ? EXIT.invalid : states.has('unseen') ? EXIT.unreadable : EXIT.ok
    })

/** The person's own token, as `gh` takes it. */
function tokenIn({ env, secrets }: Io): string {
  const token = env['GH_TOKEN'] || env['GITHUB_TOKEN']
  if (!token)
    return fail(EXIT.invalid, 'no-token', 'To look at the settings, Herdbook needs your token.', {
      hint: 'GH_TOKEN=$(gh auth token) herdbook doctor',
    })
  secrets.hold(token)
  return token
}

const MARKS = { fine: ' ', wrong: '!', unseen: '?' } as const

function told({ stdout }: Io, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length))
  const lines = findings.flatMap(({ state, what, says, mend }, at): Line[] => {
    // what mends several in a row stands once, below them all
    const shown = String(findings[at + 1]?.mend) === String(mend) ? [] : mend
    return [
      {
        indent: 0,
        hang: width + 4,
        spans: [{ text: `${MARKS[state]} ${what.padEnd(width)}  `, whole: true }, span(inline(says))],
      },
      ...shown.map((command): Line => ({
        indent: width + 6,
        hang: width + 8,
        spans: [{ text: command, whole: true }],
      })),
    ]
  })
  return layout([...lines, blank, { indent: 0, hang: 0, spans: [span(summary(findings))] }], screenOf(stdout))
}

function summary(findings: readonly Finding[]): string {
  const many = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length
  const [faults, hidden] = [many('wrong'), many('unseen')]
  if (faults + hidden === 0) return 'All is as it should be.'
  return [
    ...(faults > 0 ? [`${count(faults, 'thing is', 'things are')} wrong (!): what mends it stands below it.`] : []),
    ...(hidden > 0
      ? [`${count(hidden, 'thing', 'things')} could not be seen (?): ask an administrator of the repository.`]
      : []),
  ].join(' ')
}
