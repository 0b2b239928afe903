import type { Diagnostic } from '../../instance/diagnostic.ts'
import { apply } from './apply-steps.ts'
import type { ApplyDeps } from './progress.ts'
import { approvers } from '../approvals.ts'
import type { Sealing } from '../digest.ts'
import { refuseMoved } from '../identity.ts'
import type { LedgerStore } from '../ledger/store.ts'
import type { Ledger } from '../ledger/types.ts'
import type { WithheldSteps } from './outgoing.ts'
import type { PlanWithInput, PlanOptions } from '../reconciler.ts'
import type { ApplyReport } from '../report.ts'
import type { Plan } from '../plan/types.ts'

/** What is held back after members got notice, and what could not be announced. */
export interface AfterNotice {
  readonly ledger: Ledger
  readonly withheld: WithheldSteps
  readonly findings: readonly Diagnostic[]
}

/** The far ends, as one run has them open. */
export interface FarEnds {
  /** Reads live and plans with this ledger. */
  readonly plan: (ledger: Ledger, planOptions: PlanOptions) => Promise<PlanWithInput>
  /** Opens a provider's write session. */
  readonly open: ApplyDeps['open']
  /** Gives members notice of coming steps; answers what waits for its day. */
  readonly notice: (ledger: Ledger, plan: Plan, withheld: WithheldSteps) => Promise<AfterNotice>
  /** Tells members what was done; answers what could not be announced. */
  readonly announce: (report: ApplyReport) => Promise<readonly Diagnostic[]>
}

/** What is carried out: a plan without its withheld steps, on a ledger. */
export interface ApplyPart extends AfterNotice {
  readonly planned: PlanWithInput
  readonly planOptions: PlanOptions
  /** The reason of a first apply; it stays in the ledger's history. */
  readonly first: string | undefined
}

export interface CarryOutDeps extends Pick<ApplyDeps, 'holds' | 'nonce' | 'now' | 'signal' | 'again'> {
  /** Names the run in the ledger. */
  readonly run: string
  readonly sealing: Sealing
  /** null outside Git. */
  readonly store: LedgerStore | null
  readonly far: FarEnds
  /** Shows the progress of the work, of so many steps. */
  readonly applying: <Result>(steps: number, work: (told: ApplyDeps['told']) => Promise<Result>) => Promise<Result>
}

/** Applies a plan or a part of it, verifies it, and writes down what was verified and who approved it. */
export async function carryOut(part: ApplyPart, deps: CarryOutDeps): Promise<ApplyReport> {
  const { planned, planOptions, ledger, withheld } = part
  const { plan, input } = planned
  const { far, sealing, store, holds, nonce, now, signal, again } = deps
  const by = { run: deps.run, source: plan.commit, approvedBy: approvers(plan.steps, ledger.approvals, sealing) }
  const why = part.first === undefined ? '' : ` (first: ${part.first})`
  const report = await deps.applying(plan.steps.length - withheld.size, (told) =>
    apply(plan, {
      kinds: input.kinds,
      ledger,
      save: (next, subject) => (store ? store.save(next, `${subject}${why}`, by) : Promise.resolve(next)),
      open: far.open,
      replan: async (next) => {
        const known = await far.plan(next, planOptions)
        refuseMoved(input.proofs, known.input)
        return known
      },
      live: input.live,
      proofs: input.proofs,
      withheld,
      holds,
      again,
      nonce,
      now,
      signal,
      told,
    }),
  )
  return { ...report, findings: [...part.findings, ...report.findings, ...(await far.announce(report))] }
}
