import type { Command } from '@commander-js/extra-typings'
import { KINDS } from '../providers/kinds.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import { whyUnread } from '../reconcile/findings.ts'
import { LOST } from '../reconcile/plan/not-created.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { redact } from '../redaction/redact.ts'
import { planJson } from '../json/plan.ts'
import { renderPlan } from '../terminal/plan.ts'
import { say, screenOf, shownTo, tell, type Io } from '../session/io.ts'
import { commandLine, sourceOf } from '../session/options.ts'
import { planNow } from '../session/planning.ts'
import { withProgress } from '../session/progress.ts'
import { openSession } from '../session/session.ts'
import { connectTo } from '../session/connect.ts'
import { changedSecrets } from '../words/secrets.ts'
import { HELP } from './drift/texts.ts'
import { INSTANCE_OPTION, READING_SERVER } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--json', HELP.json)
    .option('--verbose', HELP.verbose)
    .addHelpText('after', HELP.examples)
    .action(async (options) => {
      const session = await openSession(io, options.instance, { whole: true })
      tell(io, session.warnings, await sourceOf(session))
      const connected = connectTo(session.config, io, 'plan')
      try {
        const { plan: full } = await withProgress(io, READING_SERVER, () => planNow(session, connected.providers))
        const plan = onlyDrift(full)
        const text = options.json
          ? planJson(redact(plan, shownTo(io)))
          : renderPlan(plan, {
              ...screenOf(io.stdout),
              kinds: KINDS,
              show: shownTo(io),
              verbose: options.verbose ?? false,
              pending: full.steps.length,
              sourceOf: await sourceOf(session),
              again: commandLine('drift', options),
            })
        say(io, text)
        io.exit = exitOfPlan(plan)
      } finally {
        await connected.close()
      }
    })

/** A plan without its steps, which `herdbook plan` shows. */
function onlyDrift(plan: Plan): Plan {
  const isUnread = whyUnread(plan)
  return {
    ...plan,
    unfinished: [],
    steps: [],
    owed: [],
    letGo: [],
    leftBehind: [],
    findings: [...plan.findings.filter((one) => isUnread(one) || one.code === LOST), ...changedSecrets(plan)],
  }
}
