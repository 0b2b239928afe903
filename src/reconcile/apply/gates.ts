import { EXIT, fail, HerdbookError, type ExitCode } from '../../instance/diagnostic.ts'
import { refusals } from '../exit.ts'
import { checkHead } from './check-head.ts'
import { refuseStale } from './stale-plan.ts'
import type { Sealing } from '../digest.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Repository } from '../repository.ts'
import type { Plan } from '../plan/types.ts'

/** What the gates are asked with, by what they are about: the run, its whole plan, the part that may go out. */
export interface GateInput {
  readonly run: {
    /** null outside Git. */
    readonly repository: Repository | null
    /** The commit whose files were read. */
    readonly commit: string | null
    readonly ledger: Ledger
    /** The history was rewritten, and that is meant. */
    readonly rewritten: boolean
    /** Takes the lock. Throws where it is another's. */
    readonly takeLock: () => Promise<void>
  }
  readonly plan: {
    readonly plan: Plan
    /** The plan that somebody saved and wants applied, and no other. */
    readonly saved: Plan | null
    readonly ledger: Ledger
    readonly sealing: Sealing
  }
  readonly part: {
    readonly plan: Plan
    /** What of the plan would go out. */
    readonly part: Plan
    /** The providers whose first apply this is, and how many steps it has there; for the whole ledger where it has nothing at all. */
    readonly begins: readonly { readonly provider: string | null; readonly steps: number }[]
    /** Why a first apply is meant to change the server. */
    readonly first: string | undefined
    /** Leaves out of a plan what may not be shown. */
    readonly conceal: (plan: Plan) => Plan
    /** Throws where a text holds a secret. */
    readonly watch: (text: string) => void
    /** Throws where a step is for an account that may be another's; null where a person looks at each. */
    readonly checkAge: ((plan: Plan) => Promise<void>) | null
    /** Asks a person: null where the answer is yes, else how to say it. null in its place where nobody is to be asked. */
    readonly confirm: ((plan: Plan) => Promise<Unconfirmed | null>) | null
  }
}

/** A plan that nobody said yes to, and how to say it. */
export interface Unconfirmed {
  readonly hint: string
}

export type About = keyof GateInput

/** One thing that can stop an apply. */
export interface Gate<A extends About = About> {
  readonly name: string
  readonly exits: readonly ExitCode[]
  /** The codes that it refuses with; `of findings` where the findings of a plan bring their own. */
  readonly codes: readonly string[] | 'of findings'
  /** Asked again under the lock, and while steps go out: somebody may have applied, merged or paused. */
  readonly again?: true
  /** Throws where it refuses. */
  readonly check: (input: GateInput[A]) => void | Promise<void>
}

/** All gates, in their order: those about the run, those about its plan, those about what would go out. */
const GATES_ABOUT: { readonly [A in About]: readonly Gate<A>[] } = {
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
    // What the files say goes to a public server word for word.
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
export async function pass<A extends About>(about: A, input: GateInput[A]): Promise<void> {
  for (const gate of GATES_ABOUT[about]) await gate.check(input)
}

/** Goes once more through the gates whose answer may be another by now. Throws what the first that refuses says. */
export async function passAgain<A extends About>(about: A, input: GateInput[A]): Promise<void> {
  for (const gate of GATES_ABOUT[about]) if (gate.again) await gate.check(input)
}

/** Refuses a HEAD that is not the newest, and one that has moved since its files were read. */
async function refuseHead({ repository, commit, ledger, rewritten }: GateInput['run']): Promise<void> {
  if (!repository || (await checkHead(repository, ledger, { rewritten })) === commit) return
  fail(EXIT.stale, 'head-moved', 'HEAD moved while this run read its files.', { hint: 'Run it again.' })
}

/** While a pause is on, a run says what it would do, and does nothing. */
function refusePaused({ plan, ledger: { paused } }: GateInput['plan']): void {
  if (paused === null || plan.unfinished.length + plan.steps.length + plan.owed.length === 0) return
  fail(
    EXIT.refused,
    'paused',
    `Paused by ${paused.by} since ${paused.at.slice(0, 16).replace('T', ' ')} UTC: ${paused.why}`,
    { hint: 'Nothing is applied until somebody types: herdbook resume' },
  )
}

/** What budgets, consents, invariants and kinds have against what would go out. */
function refuseGuarded({ part, conceal }: Pick<GateInput['part'], 'part' | 'conceal'>): void {
  const reasons = refusals(conceal(part))
  if (reasons.length > 0) throw new HerdbookError(EXIT.refused, reasons)
}

/** The first apply to a server changes nothing by accident: adopt first, or say why not. */
function refuseFirst({ begins, first }: GateInput['part']): void {
  if (begins.length === 0 || first !== undefined) return
  const said = begins.map(({ provider, steps }) => {
    const many = steps === 1 ? '1 step' : `${steps} steps`
    return provider === null
      ? `This server has no ledger yet, and the plan has ${many}.`
      : `Nothing was applied to ${provider} yet, and the plan has ${many} for it.`
  })
  fail(EXIT.refused, 'first-apply', said.join(' '), {
    hint: 'Take over what is live first: herdbook adopt. If the steps are meant: herdbook apply --first "why", or on GitHub the button begin',
  })
}

async function refuseUnconfirmed({ plan, part, confirm }: GateInput['part']): Promise<void> {
  const unsaid =
    confirm !== null && plan.unfinished.length + part.steps.length + plan.owed.length > 0 ? await confirm(plan) : null
  if (unsaid !== null) fail(EXIT.refused, 'not-confirmed', 'Nothing was applied.', unsaid)
}
