import type { CarryOutDeps, FarEnds } from '../../reconcile/apply/carry-out.ts'
import type { Provider, WriteSession } from '../../reconcile/provider.ts'
import { refShown } from '../../redaction/redact.ts'
import { announceDone, giveNotice } from './announce.ts'
import { shownTo, type Io } from '../../session/io.ts'
import { planNow } from '../../session/planning.ts'
import { withProgress } from '../../session/progress.ts'
import { connectTo } from '../../session/connect.ts'
import type { Session } from '../../session/session.ts'
import { applyingSteps } from './texts.ts'

/** Opens the connections of an apply for some work, and always closes them. */
export async function withFarEnds<Result>(session: Session, work: (far: FarEnds) => Promise<Result>): Promise<Result> {
  const { io, config } = session
  const { providers, connections, close } = connectTo(config, io, 'apply')
  try {
    return await work({
      plan: (ledger, planOptions) => planNow(session, providers, planOptions, ledger),
      open: (name) => openIn(providers, name),
      notice: (ledger, plan, withheld) => giveNotice({ ...session, ledger }, plan, withheld, connections),
      announce: (report) => announceDone(session, report, connections),
    })
  } finally {
    await close()
  }
}

/** Opens a provider for writing. */
function openIn(providers: readonly Provider[], name: string): Promise<WriteSession> {
  const provider = providers.find((one) => one.name === name)
  if (!provider) throw new Error(`No provider ${name}`)
  return provider.open()
}

/** Shows the progress of the steps of an apply on stderr. */
export const showSteps =
  (io: Io): CarryOutDeps['applying'] =>
  (steps, work) =>
    withProgress(io, applyingSteps(steps), (show) =>
      work(({ step, state }) => show(`${state === 'done' ? 'done' : 'failed'}: ${refShown(step, shownTo(io))}`)),
    )
