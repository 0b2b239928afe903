import { HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { passAgain, type GateInput } from './gates.ts'
import type { LedgerStore } from '../ledger/store.ts'
import type { Ledger } from '../ledger/types.ts'
import type { ApplyDeps, StepProgress } from './progress.ts'
import { refsOf } from '../repository.ts'
import type { Step } from '../plan/types.ts'
import { ledgerMoved } from './texts.ts'

/** What the gates need to be asked again during a run. */
export interface RunningApply {
  readonly run: Omit<GateInput['run'], 'ledger'>
  readonly plan: Omit<GateInput['plan'], 'ledger'>
  readonly store: LedgerStore | null
}

/**
 * Tells why a run may not go on: HEAD moved, or someone paused. Costs one look at Git if neither HEAD nor the ledger
 * moved; else the gates are asked again and say why. `ledger`: as this run wrote it last.
 */
export async function whyStop({ run, plan, store }: RunningApply, ledger: Ledger): Promise<readonly Diagnostic[]> {
  const { repository, commit } = run
  if (!repository || !store) return []
  try {
    const { ledger: ref } = refsOf(plan.sealing.scope.environment)
    const found = await repository.resolveAll(['HEAD', ref])
    // A ledger that is gone pauses nothing; the next write of it is refused.
    const isOurs = !found.has(ref) || found.get(ref) === ledger.head
    if (isOurs && found.get('HEAD') === commit) return []
    await passAgain('run', { ...run, ledger })
    if (isOurs) return []
    await passAgain('plan', { ...plan, ledger: await store.load(run.rewritten) })
    return [MOVED]
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return error.diagnostics
  }
}

const MOVED: Diagnostic = { code: 'ledger-moved', severity: 'error', ...ledgerMoved }

/** Whether these steps may go out to a provider. */
export type MaySend = (provider: string, steps: readonly Pick<Step, 'hazard'>[]) => Promise<boolean>

/** Asks again before each provider and each irreversible step. After the first objection nothing more goes out. */
export function askingAgain(progress: StepProgress, { again }: Pick<ApplyDeps, 'again'>): MaySend {
  let [last, open]: [string | null, boolean] = [null, true]
  return async (provider, steps) => {
    if (!open || (provider === last && steps.every(({ hazard }) => hazard !== 'irreversible'))) return open
    last = provider
    const against = await again(progress.ledger)
    progress.findings.push(...against)
    open = against.length === 0
    return open
  }
}
