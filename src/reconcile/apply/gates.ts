import { EXIT, fail, HerdbookError, type ExitCode } from '../../instance/diagnostic.ts'
import { refusals } from '../exit.ts'
import { checkHead } from './check-head.ts'
import { refuseStale } from './stale-plan.ts'
import { FIRST_APPLY, headMoved, noLedgerYet, NOT_CONFIRMED, nothingAppliedTo, paused as pausedBy } from './texts.ts'
import type { Sealing } from '../digest.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Repository } from '../repository.ts'
import type { Plan } from '../plan/types.ts'

/** What the gates look at: the run, its whole plan, the part that may go out. */
export interface GateInput {
  readonly run: {
    /** null outside Git. */
    readonly repository: Repository | null
    /** The commit whose files were read. */
    readonly commit: string | null
    readonly ledger: Ledger
    /** The history was rewritten on purpose. */
    readonly rewritten: boolean
    /** Takes the lock. Throws if another run has it. */
    readonly takeLock: () => Promise<void>
  }
  readonly plan: {
    readonly plan: Plan
    /** The saved plan that alone may be applied; null if none was given. */
    readonly saved: Plan | null
    readonly ledger: Ledger
    readonly sealing: Sealing
  }
  readonly part: {
    readonly plan: Plan
    /** The plan with only the steps that would go out. */
    readonly part: Plan
    /** The providers whose first apply this is, with their steps; null for all of them if there is no ledger. */
    readonly begins: readonly { readonly provider: string | null; readonly steps: number }[]
    /** Why a first apply is meant to change the server. */
    readonly first: string | undefined
    /** Redacts what may not be shown of a plan. */
    readonly conceal: (plan: Plan) => Plan
    /** Throws if a text holds a secret. */
    readonly watch: (text: string) => void
    /** Throws if a step is for an account that may be someone else's; null if a person looks at each step. */
    readonly checkAge: ((plan: Plan) => Promise<void>) | null
    /** Asks a person; answers null for yes, else how to say yes. null if nobody is asked. */
    readonly confirm: ((plan: Plan) => Promise<ConfirmHint | null>) | null
  }
}

/** How to confirm a plan that nobody confirmed. */
export interface ConfirmHint {
  readonly hint: string
}

export type GateSubject = keyof GateInput

/** One thing that can stop an apply. */
export interface Gate<A extends GateSubject = GateSubject> {
  readonly name: string
  readonly exits: readonly ExitCode[]
  /** The codes that it refuses with; `of findings` where the findings of a plan bring their own. */
  readonly codes: readonly string[] | 'of findings'
  /** Asked again under the lock and while steps go out: someone may have applied, merged or paused. */
  readonly again?: true
  /** Throws to refuse. */
  readonly check: (input: GateInput[A]) => void | Promise<void>
}

/** All gates, in their order: those about the run, those about its plan, those about what would go out. */
const GATES_ABOUT: { readonly [A in GateSubject]: readonly Gate<A>[] } = {
  run: [
    {
      name: 'head',
      exits: [EXIT.refused, EXIT.stale],
      codes: [
        'nothing-committed',
        'uncommitted',
        'shallow-clone',
        'other-branch',
        'unpushed',
        'behind',
        'diverged',
        'not-descended',
        'head-moved',
      ],
      again: true,
      check: refuseHead,
    },
    {
      name: 'lock',
      exits: [EXIT.locked, EXIT.refused],
      codes: ['locked', 'lock-forged', 'stopped'],
      check: ({ takeLock }) => takeLock(),
    },
  ],
  plan: [
    { name: 'saved plan', exits: [EXIT.stale], codes: ['stale-plan'], check: refuseStale },
    { name: 'pause', exits: [EXIT.refused], codes: ['paused'], again: true, check: refusePaused },
  ],
  part: [
    { name: 'guard', exits: [EXIT.refused], codes: 'of findings', check: refuseGuarded },
    // Texts of the files go to a public server as they are.
    {
      name: 'secrets',
      exits: [EXIT.defect],
      codes: ['secret-in-output'],
      check: ({ plan, watch }) => watch(JSON.stringify(plan.steps)),
    },
    { name: 'first apply', exits: [EXIT.refused], codes: ['first-apply'], check: refuseFirst },
    { name: 'age', exits: [EXIT.refused], codes: ['young-account'], check: ({ plan, checkAge }) => checkAge?.(plan) },
    { name: 'confirmation', exits: [EXIT.refused], codes: ['not-confirmed'], check: refuseUnconfirmed },
  ],
}

/** Everything that can stop an apply, in order. */
export const GATES: readonly Pick<Gate, 'name' | 'exits' | 'codes'>[] = [
  ...GATES_ABOUT.run,
  ...GATES_ABOUT.plan,
  ...GATES_ABOUT.part,
]

/** Goes through the gates about one thing, in order. Throws what the first that refuses says. */
export async function pass<A extends GateSubject>(about: A, input: GateInput[A]): Promise<void> {
  for (const gate of GATES_ABOUT[about]) await gate.check(input)
}

/** Goes once more through the gates whose answer can change during a run. Throws what the first refusal says. */
export async function passAgain<A extends GateSubject>(about: A, input: GateInput[A]): Promise<void> {
  for (const gate of GATES_ABOUT[about]) if (gate.again) await gate.check(input)
}

/** Refuses a HEAD that is not the newest, and one that has moved since its files were read. */
async function refuseHead({ repository, commit, ledger, rewritten }: GateInput['run']): Promise<void> {
  if (!repository || (await checkHead(repository, ledger, { rewritten })) === commit) return
  fail(EXIT.stale, 'head-moved', headMoved.message, headMoved)
}

/** Refuses during a pause, if there is anything to do. */
function refusePaused({ plan, ledger: { paused } }: GateInput['plan']): void {
  if (paused === null || plan.unfinished.length + plan.steps.length + plan.owed.length === 0) return
  const text = pausedBy({ by: paused.by, since: paused.at.slice(0, 16).replace('T', ' '), why: paused.why })
  fail(EXIT.refused, 'paused', text.message, text)
}

/** Refuses what budgets, consents, invariants or kinds object to in the part that would go out. */
function refuseGuarded({ part, conceal }: Pick<GateInput['part'], 'part' | 'conceal'>): void {
  const reasons = refusals(conceal(part))
  if (reasons.length > 0) throw new HerdbookError(EXIT.refused, reasons)
}

/** Refuses a first apply without a reason: a person has to adopt first, or say why not. */
function refuseFirst({ begins, first }: GateInput['part']): void {
  if (begins.length === 0 || first !== undefined) return
  const sentences = begins.map(({ provider, steps }) =>
    provider === null ? noLedgerYet(steps) : nothingAppliedTo({ provider, many: steps }),
  )
  fail(EXIT.refused, 'first-apply', sentences.join(' '), { hint: FIRST_APPLY })
}

async function refuseUnconfirmed({ plan, part, confirm }: GateInput['part']): Promise<void> {
  const unconfirmed =
    confirm !== null && plan.unfinished.length + part.steps.length + plan.owed.length > 0 ? await confirm(plan) : null
  if (unconfirmed !== null) fail(EXIT.refused, 'not-confirmed', NOT_CONFIRMED, unconfirmed)
}
