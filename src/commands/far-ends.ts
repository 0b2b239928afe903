import type { CarryOutDeps, FarEnds } from '../reconcile/carry-out.ts'
import type { Provider, WriteSession } from '../reconcile/provider.ts'
import { refShown } from '../render/conceal.ts'
import { count } from '../render/text.ts'
import { announceDone, giveNotice } from './announce.ts'
import { shownTo, type Io } from './io.ts'
import { planNow } from './planning.ts'
import { withProgress } from './progress.ts'
import { connectTo } from './providers.ts'
import type { Session } from './session.ts'

/** Connects what an apply reads and writes through for the time of some work, and closes it whatever happens. */
export async function withFarEnds<Result>(session: Session, work: (far: FarEnds) => Promise<Result>): Promise<Result> {
  const { io, config } = session
  const { providers, doors, close } = connectTo(config, io, 'apply')
  try {
    return await work({
      plan: (ledger, wishes) => planNow(session, providers, wishes, ledger),
      open: (name) => openIn(providers, name),
      notice: (ledger, plan, withheld) => giveNotice({ ...session, ledger }, plan, withheld, doors),
      announce: (report) => announceDone(session, report, doors),
    })
  } finally {
    await close()
  }
}

/** The way in for writing of a provider. */
function openIn(providers: readonly Provider[], name: string): Promise<WriteSession> {
  const provider = providers.find((one) => one.name === name)
  if (!provider) throw new Error(`There is no provider ${name} here.`)
  return provider.open()
}

/** Shows on stderr how far the steps of an apply have come. */
export const showSteps =
  (io: Io): CarryOutDeps['applying'] =>
  (steps, work) =>
    withProgress(io, `Applying ${count(steps, 'step', 'steps')}`, (told) =>
      work(({ step, state }) => told(`${state === 'done' ? 'done' : 'failed'}: ${refShown(step, shownTo(io))}`)),
    )
