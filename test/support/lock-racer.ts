// Races for the lock of a repository as often as its parent says: `node lock-racer.ts DIR`, forked. What it has done,
// it answers.
import { openRepository } from '../../src/git/repository.ts'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { acquire, type HeldLock } from '../../src/reconcile/lock/lock.ts'
import { sealingWith } from './sealing.ts'

/** What the parent may ask for: to take the lock, as this run, or to give it back. */
export type Order = { readonly take: string } | 'release'

export type Report =
  | { readonly came: 'ready' | 'released' }
  | { readonly came: 'won'; readonly run: string; readonly ok: boolean }
  | { readonly came: 'refused'; readonly exit: number; readonly message: string }

const repository = await openRepository(process.argv[2] ?? '.')
if (repository === null) throw new Error('outside Git')
const key = Buffer.from('a key of the herd')
let held: HeldLock | null = null

async function obey(order: Order): Promise<Report> {
  if (order === 'release') {
    const warning = await held?.release()
    if (warning) throw new Error(warning.message)
    return { came: 'released' }
  }
  try {
    held = await acquire(repository ?? never(), { sealing: sealingWith(key), run: order.take, commit: null })
    return { came: 'won', run: held.holder.run, ok: held.isHeld() }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { came: 'refused', exit: error.exit, message: error.message }
  }
}

const never = (): never => {
  throw new Error('outside Git')
}

process.on('message', (order: Order) => void obey(order).then((report) => process.send?.(report)))
process.on('disconnect', () => process.exit())
const ready: Report = { came: 'ready' }
process.send?.(ready)
