import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { readSettings } from '../forges/github/settings.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { blank, layout, span, type Line } from '../words/layout.ts'
import { inline } from '../redaction/neutralise.ts'
import { examine } from '../setup/doctor/checks.ts'
import type { Finding } from '../setup/doctor/finding.ts'
import { ENVIRONMENTS } from '../setup/environment-names.ts'
import { ownPin } from '../setup/init/pin.ts'
import { ledgerBranch } from '../setup/init/settings.ts'
import { compareIn } from '../setup/init/update.ts'
import { say, screenOf, tell, reportWaits, type Io } from '../session/io.ts'
import { withProgress } from '../session/progress.ts'
import { openFiles } from '../session/session.ts'
import * as texts from './doctor/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--json', texts.HELP.json)
    .addHelpText('after', texts.HELP.after)
    .action(async (options) => {
      const { instance, config, warnings, folder } = await openFiles(io, options.instance)
      tell(io, warnings)
      const repository = config.forge?.github
      if (repository === undefined) return fail(EXIT.invalid, 'no-forge', texts.NO_FORGE)
      const token = tokenIn(io)
      const owners = instance.documents['policy.yaml']?.owners ?? []
      const api = io.env['GITHUB_API_URL'] ?? 'https://api.github.com'
      const settings = await withProgress(io, texts.lookingAt(repository), () =>
        readSettings(
          { api, repository, token, onWait: reportWaits(io) },
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
  if (!token) return fail(EXIT.invalid, 'no-token', texts.NO_TOKEN)
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
  if (faults + hidden === 0) return texts.ALL_FINE
  return [...(faults > 0 ? [texts.wrongThings(faults)] : []), ...(hidden > 0 ? [texts.unseenThings(hidden)] : [])].join(
    ' ',
  )
}
