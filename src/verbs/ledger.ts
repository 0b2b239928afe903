import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { sign, signable, type LedgerToSign } from '../reconcile/ledger/sign.ts'
import { inline } from '../redaction/neutralise.ts'
import { say, type Io } from '../session/io.ts'
import { actorOf } from './pause.ts'
import { keyOf, openRefs } from '../session/session.ts'
import {
  approvalsLeftOut,
  digestToConfirm,
  HELP,
  ledgerChanged,
  ledgerToSign,
  NO_SIGNED_LEDGER,
  notConfirmed,
  NOTHING_TO_SIGN,
  objectsLeftOut,
  SIGN_HELP,
  signed,
} from './ledger/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

interface Options {
  readonly instance?: string
  readonly confirm?: string
  /** Only shows what would be signed. */
  readonly show?: true
}

export const verb = (command: Command, io: Io) => {
  command
    .command('sign')
    .description(SIGN_HELP.summary)
    .argument('<why>', SIGN_HELP.why)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--confirm <digest>', SIGN_HELP.confirm)
    .addHelpText('after', SIGN_HELP.after)
    .action(async (why, options) => void (await signNow(io, why, options)))
  return command.addHelpText('after', HELP.after)
}

/** Shows what signing would do, signs if that is confirmed, and answers the output. Throws (exit 5) unconfirmed. */
export async function signNow(io: Io, why: string, { instance, confirm, show }: Options): Promise<string> {
  const { repository, run, head, files, ...where } = await openRefs(io, instance)
  const old = (await io.secrets.has(files.config.old_ledger_key))
    ? await keyOf(io, files.config, 'old_ledger_key')
    : null
  const signing = await signable(repository, where, old, head.commit)
  const preview = signing === null ? NOTHING_TO_SIGN : previewOf(signing)
  say(io, preview)
  if (signing === null || show) return preview
  if (confirm === undefined) fail(EXIT.refused, 'not-confirmed', notConfirmed(signing.digest))
  if (confirm !== signing.digest) fail(EXIT.stale, 'another-ledger', ledgerChanged(signing.digest))
  const ledger = await sign(repository, where, signing, why, { run, source: head.commit, approvedBy: [actorOf(io)] })
  const done = signed(ledger.entries.size)
  say(io, done)
  return `${preview}\n${done}`
}

/** The ledger that would be signed, and what it leaves out. */
export function previewOf({ from, ledger, left, digest }: LedgerToSign): string {
  return [
    from === null
      ? NO_SIGNED_LEDGER
      : ledgerToSign({
          commit: from.id.slice(0, 12),
          at: from.at.slice(0, 16).replace('T', ' '),
          objects: ledger.entries.size,
        }),
    ...(left.objects.length === 0 ? [] : [objectsLeftOut(left.objects.map((ref) => inline(ref).slice(0, 100)))]),
    ...(left.approvals === 0 ? [] : [approvalsLeftOut(left.approvals)]),
    digestToConfirm(digest),
  ].join('\n')
}
