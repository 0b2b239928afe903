import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { sign, signable, type Signing } from '../reconcile/ledger/sign.ts'
import { count, listed } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'
import { say, type Io } from '../session/io.ts'
import { actorOf } from './pause.ts'
import { keyOf, openRefs } from '../session/session.ts'

interface Options {
  readonly instance?: string
  readonly confirm?: string
  /** Only to look at. */
  readonly show?: true
}

export const verb = (command: Command, io: Io) => {
  command
    .command('sign')
    .description('Sign the ledger anew, with the key of now.')
    .argument('<why>', 'the reason, for the history of the ledger')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--confirm <digest>', 'do it: the digits that it showed')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook ledger sign "the key was rotated"\n  herdbook ledger sign "the key was rotated" --confirm 3f2a91c05d77e812\n\nIt goes back to the newest ledger that your key, or the one that old_ledger_key names, has signed, and takes nothing that came after.\nWhere there is none, the ledger begins anew and knows nothing: herdbook adopt is next.',
    )
    .action(async (why, options) => void (await signNow(io, why, options)))
  return command.addHelpText('after', '\nExample:\n  herdbook ledger sign "the key was rotated on 2026-11-23"')
}

/** Shows what signing anew comes to, and does it where just that was confirmed. Answers what it said. Throws (exit 5) where it was not confirmed, unless it is only to be looked at. */
export async function signNow(io: Io, why: string, { instance, confirm, show }: Options): Promise<string> {
  const { repository, run, head, files, ...where } = await openRefs(io, instance)
  const old = (await io.secrets.has(files.config.old_ledger_key))
    ? await keyOf(io, files.config, 'old_ledger_key')
    : null
  const signing = await signable(repository, where, old, head.commit)
  const told =
    signing === null
      ? 'The ledger is as it should be: signed with your key, and nothing stands beside it.'
      : shown(signing)
  say(io, told)
  if (signing === null || show) return told
  if (confirm === undefined) {
    fail(EXIT.refused, 'not-confirmed', 'Nothing was signed yet.', {
      hint: `If that is right: herdbook ledger sign "why" --confirm ${signing.digest}, or on GitHub the button new-key with ${signing.digest}`,
    })
  }
  if (confirm !== signing.digest)
    fail(EXIT.stale, 'another-ledger', 'The ledger is another one than you looked at, so nothing was signed.', {
      hint: `Look at it anew: it is ${signing.digest}.`,
    })
  const ledger = await sign(repository, where, signing, why, { run, source: head.commit, approvedBy: [actorOf(io)] })
  const done = `Signed: ${count(ledger.entries.size, 'object', 'objects')}.${ledger.entries.size === 0 ? ' Take over what is on the server: herdbook adopt' : ''}`
  say(io, done)
  return `${told}\n${done}`
}

const NAMED = 10

/** What is taken, and what is not. */
export function shown({ from, ledger, left, digest }: Signing): string {
  const taken =
    from === null
      ? 'No ledger here was signed with your key, nor with the one that old_ledger_key names. It begins anew, and takes nothing over.'
      : `The newest ledger that Herdbook signed is ${from.id.slice(0, 12)} of ${from.at.slice(0, 16).replace('T', ' ')} UTC: ${count(ledger.entries.size, 'object', 'objects')}. It is signed as it is.`
  const more = left.objects.length > NAMED ? [`${left.objects.length - NAMED} more`] : []
  return [
    taken,
    ...(left.objects.length === 0
      ? []
      : [
          `Not taken, since nobody with the key wrote it: ${listed([...left.objects.slice(0, NAMED).map((ref) => inline(ref).slice(0, 100)), ...more])}.`,
        ]),
    ...(left.approvals === 0 ? [] : [`Not taken either: ${count(left.approvals, 'approval', 'approvals')}.`]),
    `This is ${digest}.`,
  ].join('\n')
}
