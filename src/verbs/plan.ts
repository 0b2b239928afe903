import { resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { KINDS } from '../providers/kinds.ts'
import { exitOfPlan } from '../reconcile/exit.ts'
import { redact } from '../redaction/redact.ts'
import { planJson } from '../json/plan.ts'
import { renderMarkdown } from '../comments/plan.ts'
import { renderPlan } from '../terminal/plan.ts'
import { writeWhole } from '../session/write-files.ts'
import { say, screenOf, shownTo, tell, type Io } from '../session/io.ts'
import { planProposal } from '../reconcile/propose.ts'
import { planNow, subjectOf } from '../session/planning.ts'
import { withProgress } from '../session/progress.ts'
import { openMerge, openProposal, textsIn } from '../session/merged-instance.ts'
import { openClone } from '../session/instance-folder.ts'
import { openSession } from '../session/session.ts'
import { collect, commandLine, sourceOf, planOptionsOf } from '../session/options.ts'
import { connectTo } from '../session/connect.ts'
import { baseAndHead, HELP, NOT_TO_APPLY, READING } from './plan/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--restore <kind/id>', HELP.restore, collect)
    .option('--take-over', HELP.takeOver)
    .option('--base <commit>', HELP.base)
    .option('--head <commit>', HELP.head)
    .option('--out <file>', HELP.out)
    .option('--json', HELP.json)
    .option('--markdown', HELP.markdown)
    .option('--verbose', HELP.verbose)
    .addHelpText('after', HELP.after)
    .action(async (options) => {
      if (options.base !== undefined || options.head !== undefined) return planMerge(io, options)
      const session = await openSession(io, options.instance, { whole: true })
      tell(io, session.warnings, await sourceOf(session))
      const connected = connectTo(session.config, io, 'plan')
      try {
        const { plan } = await withProgress(io, READING, () =>
          planNow(session, connected.providers, planOptionsOf(options)),
        )
        const show = session.instance.documents['policy.yaml']?.show ?? {}
        if (options.out !== undefined)
          await writeWhole([
            { path: resolve(io.cwd, options.out), text: io.secrets.abortOnSecret(`${planJson(plan)}\n`), mode: 0o600 },
          ])
        if (options.json) say(io, planJson(redact(plan, shownTo(io))))
        else if (options.markdown) say(io, renderMarkdown(plan, { kinds: KINDS, visibility: 'public', show }))
        else {
          const { out } = options
          // A saved plan holds its own options.
          const apply =
            out === undefined
              ? { apply: commandLine('apply', options) }
              : { apply: commandLine('apply', instanceOnly(options), out), saved: true }
          say(
            io,
            renderPlan(plan, {
              ...screenOf(io.stdout),
              kinds: KINDS,
              show: shownTo(io),
              verbose: options.verbose ?? false,
              sourceOf: await sourceOf(session),
              again: commandLine('plan', options),
              ...apply,
            }),
          )
        }
        io.exit = exitOfPlan(plan)
      } finally {
        await connected.close()
      }
    })

const instanceOnly = ({ instance }: { readonly instance?: string }): { readonly instance?: string } =>
  instance === undefined ? {} : { instance }

interface MergeOptions {
  readonly instance?: string
  readonly base?: string
  readonly head?: string
  readonly out?: string
  readonly json?: true
  readonly markdown?: true
  readonly verbose?: true
  readonly restore?: readonly string[]
  readonly takeOver?: true
}

/** Shows the plan of a proposed merge, for pipelines and reviewers. */
async function planMerge(io: Io, options: MergeOptions): Promise<void> {
  const { base, head } = options
  if (base === undefined || head === undefined) return fail(EXIT.invalid, 'base-and-head', baseAndHead({ base, head }))
  if (options.out !== undefined) return fail(EXIT.invalid, 'not-to-apply', NOT_TO_APPLY)
  const merge = await openMerge(await openClone(io, options.instance), { base, head })
  const proposal = await openProposal(merge)
  const { session } = proposal
  const sourceOf = await textsIn(merge.merged)
  tell(io, session.warnings, sourceOf)
  const connected = connectTo(session.config, io, 'proposal')
  try {
    const { plan } = await withProgress(io, READING, () =>
      planProposal(subjectOf(session), proposal.before, connected.providers, 'live', planOptionsOf(options)),
    )
    const show = session.instance.documents['policy.yaml']?.show ?? {}
    if (options.json) say(io, planJson(redact(plan, shownTo(io))))
    else if (options.markdown) say(io, renderMarkdown(plan, { kinds: KINDS, visibility: 'public', show }))
    else
      say(
        io,
        renderPlan(plan, {
          ...screenOf(io.stdout),
          kinds: KINDS,
          show: shownTo(io),
          verbose: options.verbose ?? false,
          sourceOf,
          again: commandLine('plan', options, '--base', base, '--head', head),
          apply: null,
        }),
      )
    io.exit = exitOfPlan(plan)
  } finally {
    await connected.close()
  }
}
