import type { CarryOutDeps, FarEnds } from '../../reconcile/apply/carry-out.ts'
import type { Provider, WriteSession } from '../../reconcile/provider.ts'
import { refShown } from '../../redaction/redact.ts'
import { count } from '../../words/text.ts'
import { announceDone, giveNotice } from './announce.ts'
import { shownTo, type Io } from '../../session/io.ts'
import { planNow } from '../../session/planning.ts'
import { withProgress } from '../../session/progress.ts'
import { connectTo } from '../../session/connect.ts'
import type { Session } from '../../session/session.ts'

/** Connects what an apply reads and writes through for the time of some work, and closes it whatever happens. */
export async function withFarEnds<Result>(session: Session, work: (far: FarEnds) => Promise<Result>): Promise<Result> {
  const { io, config } = session
  const { providers, connections, close } = connectTo(config, io, 'apply')
  try {
    return await work({
      plan: (ledger, wishes) => planNow(session, providers, wishes, ledger),
      open: (name) => openIn(providers, name),
      notice: (ledger, plan, withheld) => giveNotice({ ...session, ledger }, plan, withheld, connections),
      announce: (report) => announceDone(session, report, connections),
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
