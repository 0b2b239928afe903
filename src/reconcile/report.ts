import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Intent } from './ledger/types.ts'
import type { Protocol, Plan, Step, Unmanaged } from './plan/types.ts'

/**
 * A step that was not sent: no connection that is configured writes it, it needs what was not done or would break an
 * invariant, nobody approved it, its day has not come, or a gate holds back what it was approved with.
 */
export interface Skipped {
  readonly step: Step
  readonly why: 'no-door' | 'blocked' | 'not-approved' | 'not-yet' | 'refused'
  readonly reason: string
}

/** What an apply came to. Every step of its plan is in one of the four lists. */
export interface ApplyReport {
  readonly plan: Plan
  readonly done: readonly Step[]
  readonly failed: readonly { readonly step: Step; readonly reason: Diagnostic }[]
  readonly skipped: readonly Skipped[]
  readonly notReached: readonly Step[]
  /** What an earlier run owed, and this one finished. */
  readonly paid: readonly Intent[]
  /** Protocols of earlier runs that this one brought to an end. */
  readonly ended: readonly Protocol[]
  /** Those that are still cut off, as far as anybody knows. */
  readonly unfinished: readonly Protocol[]
  /** What was there when a seen list was begun: from now on it is told when one of its kind is added or changed by hand. */
  readonly looked: readonly Unmanaged[]
  /** What was written and is not there when read again. */
  readonly remaining: readonly {
    readonly kind: string
    readonly id: string
    readonly fields: readonly string[]
    readonly reason: string
  }[]
  readonly findings: readonly Diagnostic[]
}

/** The report of an apply that has done nothing of its plan. */
export const nothingDone = (plan: Plan): ApplyReport => ({
  plan,
  done: [],
  failed: [],
  skipped: [],
  notReached: [],
  paid: [],
  ended: [],
  unfinished: [],
  looked: [],
  remaining: [],
  findings: [],
})
