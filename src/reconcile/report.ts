import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Intent } from './ledger/types.ts'
import type { Protocol, Plan, Step, UnmanagedObject } from './plan/types.ts'

/**
 * A step that was not sent: no configured connection writes it, it needs something that was not done, it would break an
 * invariant, it is not approved or not due, or a gate refuses it together with what it was approved with.
 */
export interface SkippedStep {
  readonly step: Step
  readonly why: 'no-door' | 'blocked' | 'not-approved' | 'not-yet' | 'refused'
  readonly reason: string
}

/** The result of an apply. Every step of its plan is in one of the four lists. */
export interface ApplyReport {
  readonly plan: Plan
  readonly done: readonly Step[]
  readonly failed: readonly { readonly step: Step; readonly reason: Diagnostic }[]
  readonly skipped: readonly SkippedStep[]
  readonly notReached: readonly Step[]
  /** Pending work of earlier runs that this one finished. */
  readonly paid: readonly Intent[]
  /** Protocols of earlier runs that this one ended. */
  readonly ended: readonly Protocol[]
  /** Protocols that are still cut off, as far as known. */
  readonly unfinished: readonly Protocol[]
  /** What was there when a seen list began: later additions and changes by hand are shown. */
  readonly looked: readonly UnmanagedObject[]
  /** What was written and does not show when read again. */
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
