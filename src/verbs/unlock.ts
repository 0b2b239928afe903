import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { DigestForm } from '../reconcile/values.ts'
import { describeHolder, type Holder } from '../reconcile/lock/holder.ts'
import { standingLock, unlock } from '../reconcile/lock/lock.ts'
import { say, tell, type Io } from '../session/io.ts'
import { signNow } from './ledger.ts'
import { openRefs } from '../session/session.ts'
import { HELP, LOCK_FREE, locked, UNKNOWN_HOLDER, unlocked, VERB_MOVED } from './unlock/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

/** All forms of signature: a lock is let go by its name, so any form will do. */
const FORMS: ReadonlySet<DigestForm> = new Set<DigestForm>([2, 1])

export const verb = (command: Command, io: Io) =>
  command
    .argument('[id]', HELP.id)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--new-key <why>', HELP.newKey)
    .addHelpText('after', HELP.after)
    .action(async (id, options) => {
      if (options.newKey !== undefined) {
        tell(io, [{ code: 'verb-moved', severity: 'warning', ...VERB_MOVED }])
        return void (await signNow(
          io,
          options.newKey,
          options.instance === undefined ? {} : { instance: options.instance },
        ))
      }
      const { repository, sealing } = await openRefs(io, options.instance)
      const where = { sealing, forms: FORMS }
      if (id !== undefined) {
        const lock = await unlock(repository, where, id)
        return say(io, unlocked(holderOf(lock)))
      }
      const lock = await standingLock(repository, where)
      if (!lock) return say(io, LOCK_FREE)
      return fail(EXIT.locked, 'locked', locked({ holder: holderOf(lock), name: lock.name }))
    })

const holderOf = ({ holder }: { readonly holder: Holder | null }): string =>
  holder ? describeHolder(holder) : UNKNOWN_HOLDER
