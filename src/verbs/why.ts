import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { displayDomain } from '../instance/domains.ts'
import { excerptOf, history, type Event } from '../reconcile/ledger/history.ts'
import { rowOf } from '../reconcile/seen-list.ts'
import { readable } from '../redaction/idn.ts'
import { inline } from '../redaction/neutralise.ts'
import { say, tell, type Io } from '../session/io.ts'
import { parseRef, sourceOf, type Named } from '../session/options.ts'
import { openSession } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<kind/id>', 'the object')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook why domain-block/spam.example\n\nIt reads Git alone: the history of the files, and the ledger.',
    )
    .action(async (text, options) => {
      const named = parseRef(text)
      const session = await openSession(io, options.instance)
      if (!session.repository)
        fail(EXIT.invalid, 'no-git', 'This folder is not in a Git repository: it has no history to tell of.', {
          hint: 'git init',
        })
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
      if (events.length === 0)
        fail(EXIT.invalid, 'no-such-object', `Neither the files nor the ledger ever named ${named.ref}.`)
      say(io, options.json ? JSON.stringify({ version: 1, ref: named.ref, events }, null, 2) : told(named.ref, events))
    })

/** How an object may be written in the files. */
function namesOf({ kind, id }: Named): string[] {
  const bare = id.replace(/\/(32|128)$/, '')
  const shown = kind.name.endsWith('domain-block') ? [displayDomain(id)] : []
  return [...new Set([id, bare, `@${id}`, ...shown, ...(kind.name === 'rule-order' ? ['rules'] : [])])]
}

const VERBS = { proposed: 'Proposed', approved: 'Approved', applied: 'Applied', left: 'Left in no file' } as const

function told(ref: string, events: readonly Event[]): string {
  return [inline(readable(ref)), ...events.flatMap((event) => ['', ...eventLines(event)])].join('\n')
}

function eventLines(event: Event): string[] {
  const when = event.at.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, ' UTC')
  const gone = event.text === null && event.what !== 'approved' && event.what !== 'left'
  const what = gone
    ? event.what === 'proposed'
      ? 'Taken out of the files'
      : 'Taken out of the ledger'
    : VERBS[event.what]
  return [
    `${when}  ${what} by ${inline(event.by)}`,
    ...(event.commit === null ? [] : [`  ${event.commit.slice(0, 12)}  ${inline(event.subject)}`]),
    ...(event.commit === null ? [`  ${inline(event.subject)}`] : []),
    ...(event.source === null ? [] : [`  of commit ${event.source.slice(0, 12)}`]),
    ...(event.approvedBy === null || event.what === 'approved' ? [] : [`  approved by ${inline(event.approvedBy)}`]),
    ...(event.what === 'proposed' && event.text !== null
      ? event.text
          .split('\n')
          .slice(0, 12)
          .map((line) => `    ${inline(line.replace(/^ {2}/, ''))}`)
      : []),
  ]
}
