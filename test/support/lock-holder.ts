// Takes the lock of a repository, says so, and holds it until it is killed: `node lock-holder.ts DIR LEASE_MS`.
import { openRepository } from '../../src/git/repository.ts'
import { acquire } from '../../src/reconcile/lock/lock.ts'
import { sealingWith } from './sealing.ts'

const [dir = '.', leaseMs = '60000'] = process.argv.slice(2)
const repository = await openRepository(dir)
if (repository === null) throw new Error('outside Git')
await acquire(repository, { sealing: sealingWith(null), run: 'child', commit: null, leaseMs: Number(leaseMs) })
process.stdout.write('held\n')
setInterval(() => {}, 1_000)
