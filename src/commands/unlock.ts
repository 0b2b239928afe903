import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { describeHolder } from '../reconcile/holder.ts'
import { ledgerStore } from '../reconcile/ledger-store.ts'
import { standingLock, unlock } from '../reconcile/lock.ts'
import { say, type Io } from './io.ts'
import { openRefs } from './session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('[id]', 'the lock, as `herdbook status` names it')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--new-key <why>', 'sign the ledger anew with the key of now, whoever signed it before')
    .addHelpText('after', '\nExamples:\n  herdbook unlock 3f2a91c0\n  herdbook unlock --new-key "the key was rotated on 2026-11-23"')
    .action(async (id, options) => {
      const { repository, run, head, ...where } = await openRefs(io, options.instance)
      if (options.newKey !== undefined) {
        const ledger = await ledgerStore(repository, where).renew(options.newKey, { run, source: head.commit, approvedBy: [] })
        return say(io, `The ledger of ${where.environment} is signed anew: ${ledger.entries.size} objects.`)
      }
      if (id !== undefined) {
        const standing = await unlock(repository, where, id)
        return say(io, `Unlocked. It was held by ${standing.holder ? describeHolder(standing.holder) : 'somebody who left no name'}.`)
      }
      const standing = await standingLock(repository, where)
      if (!standing) return say(io, 'Nobody holds the lock.')
      return fail(EXIT.locked, 'locked', `The lock is held by ${standing.holder ? describeHolder(standing.holder) : 'somebody who left no name'}.`, {
        hint: `If that run is dead: herdbook unlock ${standing.name}`,
      })
    })
