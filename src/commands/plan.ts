import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { openReader } from '../clients/reader.ts'
import { KINDS } from '../kinds/index.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import { conceal } from '../render/conceal.ts'
import { planJson } from '../render/json.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { renderPlan } from '../render/terminal.ts'
import { say, screenOf, shownTo, tell, toldWaits, type Io } from './io.ts'
import { planNow } from './planning.ts'
import { withProgress } from './progress.ts'
import { openSession } from './session.ts'
import { collect, sourceOf, wishesOf } from './options.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--restore <kind/id>', 'let the files win for this object, once; may be given again', collect)
    .option('--take-over', 'let the files win for everything that the ledger does not know')
    .option('--out <file>', 'save the plan, for `herdbook apply FILE`')
    .option('--json', 'print the plan as JSON')
    .option('--markdown', 'print the plan as a comment for a pull request')
    .option('--verbose', 'list what is left alone, too')
    .addHelpText('after', '\nExamples:\n  herdbook plan\n  herdbook plan --out plan.json && herdbook apply plan.json\n  herdbook plan --restore domain-block/spam.example')
    .action(async (options) => {
      const session = await openSession(io, options.instance)
      tell(io, session.warnings, await sourceOf(session))
      const reader = await openReader(session.config, io.secrets, { verb: 'plan', onWait: toldWaits(io) })
      try {
        const { plan } = await withProgress(io, 'Reading the live server', () => planNow(session, reader, wishesOf(options)))
        const show = session.instance.documents['policy.yaml']?.show ?? {}
        if (options.out !== undefined) await writeFile(resolve(io.cwd, options.out), io.secrets.abortOnSecret(`${planJson(plan)}\n`), { mode: 0o600 })
        if (options.json) say(io, planJson(conceal(plan, shownTo(io))))
        else if (options.markdown) say(io, renderMarkdown(plan, { kinds: KINDS, visibility: 'public', show }))
        else say(io, renderPlan(plan, { ...screenOf(io.stdout), kinds: KINDS, show: shownTo(io), verbose: options.verbose ?? false, sourceOf: await sourceOf(session) }))
        io.exit = exitOfPlan(plan)
      } finally {
        await reader.close()
      }
    })
