import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Form } from '../reconcile/values.ts'
import { describeHolder } from '../reconcile/lock/holder.ts'
import { standingLock, unlock } from '../reconcile/lock/lock.ts'
import { say, tell, type Io } from '../session/io.ts'
import { signNow } from './ledger.ts'
import { openRefs } from '../session/session.ts'

/** A lock is looked at whatever the form of its signature: it is let go by name. */
const FORMS: ReadonlySet<Form> = new Set<Form>([2, 1])

export const verb = (command: Command, io: Io) =>
  command
    .argument('[id]', 'the lock, as `herdbook status` names it')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--new-key <why>', 'use `herdbook ledger sign` instead')
    .addHelpText('after', '\nExamples:\n  herdbook unlock\n  herdbook unlock 3f2a91c0')
    .action(async (id, options) => {
      if (options.newKey !== undefined) {
        tell(io, [
          {
            code: 'verb-moved',
            severity: 'warning',
            message: 'Signing the ledger anew is a verb of its own now.',
            hint: 'Next time: herdbook ledger sign "why"',
          },
        ])
        return void (await signNow(
          io,
          options.newKey,
          options.instance === undefined ? {} : { instance: options.instance },
        ))
      }
      const { repository, sealing } = await openRefs(io, options.instance)
      const where = { sealing, forms: FORMS }
      if (id !== undefined) {
        const standing = await unlock(repository, where, id)
        return say(
          io,
          `Unlocked. It was held by ${standing.holder ? describeHolder(standing.holder) : 'somebody who left no name'}.`,
        )
      }
      const standing = await standingLock(repository, where)
      if (!standing) return say(io, 'Nobody holds the lock.')
      return fail(
        EXIT.locked,
        'locked',
        `The lock is held by ${standing.holder ? describeHolder(standing.holder) : 'somebody who left no name'}.`,
        {
          hint: `If that run is dead: herdbook unlock ${standing.name}`,
        },
      )
    })
