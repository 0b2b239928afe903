import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { excerptOf, history, type HistoryEvent } from '../reconcile/ledger/history.ts'
import { rowOf } from '../reconcile/seen-list.ts'
import { readable } from '../redaction/idn.ts'
import { inline } from '../redaction/neutralise.ts'
import { say, tell, type Io } from '../session/io.ts'
import { parseRef, sourceOf, type NamedObject } from '../session/options.ts'
import { openSession } from '../session/session.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'
import {
  approvedBy,
  EVENTS,
  eventLine,
  HELP,
  neverNamed,
  NO_GIT,
  ofCommit,
  REMOVED_FROM_FILES,
  REMOVED_FROM_LEDGER,
} from './why/texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<kind/id>', HELP.ref)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--json', HELP.json)
    .addHelpText('after', HELP.after)
    .action(async (text, options) => {
      const named = parseRef(text)
      const session = await openSession(io, options.instance)
      if (!session.repository) fail(EXIT.invalid, 'no-git', NO_GIT)
      tell(
        io,
        session.warnings.filter((warning) => warning.severity === 'error'),
        await sourceOf(session),
      )
      const { repository, ledger, head } = session
      const left = rowOf(ledger.seen, named.kind.name, named.id, session.sealing.key)
      const events = await history(repository, {
        ref: named.ref,
        files: named.kind.sources,
        excerpt: excerptOf(namesOf(named)),
        ledger,
        ...(left === undefined ? {} : { left }),
        head: head?.commit ?? null,
      })
      if (events.length === 0) fail(EXIT.invalid, 'no-such-object', neverNamed(named.ref))
      say(
        io,
        options.json ? JSON.stringify({ version: 1, ref: named.ref, events }, null, 2) : historyOf(named.ref, events),
      )
    })

/** The forms in which the files may name an object. */
function namesOf({ kind: { shape }, id }: NamedObject): string[] {
  const shown = shape.form === 'list' ? [shape.display(id)] : []
  // An order has no line of its own: it stands where its list does.
  const list = shape.form === 'order' ? [shape.list] : []
  return [...new Set([id, `@${id}`, ...shown, ...list])]
}

function historyOf(ref: string, events: readonly HistoryEvent[]): string {
  return [inline(readable(ref)), ...events.flatMap((event) => ['', ...eventLines(event)])].join('\n')
}

function eventLines(event: HistoryEvent): string[] {
  const when = event.at.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, ' UTC')
  const isRemoval = event.text === null && event.what !== 'approved' && event.what !== 'left'
  const removed = event.what === 'proposed' ? REMOVED_FROM_FILES : REMOVED_FROM_LEDGER
  return [
    eventLine({ at: when, what: isRemoval ? removed : EVENTS[event.what], by: inline(event.by) }),
    ...(event.commit === null ? [] : [`  ${event.commit.slice(0, 12)}  ${inline(event.subject)}`]),
    ...(event.commit === null ? [`  ${inline(event.subject)}`] : []),
    ...(event.source === null ? [] : [`  ${ofCommit(event.source.slice(0, 12))}`]),
    ...(event.approvedBy === null || event.what === 'approved' ? [] : [`  ${approvedBy(inline(event.approvedBy))}`]),
    ...(event.what === 'proposed' && event.text !== null
      ? event.text
          .split('\n')
          .slice(0, 12)
          .map((line) => `    ${inline(line.replace(/^ {2}/, ''))}`)
      : []),
  ]
}
