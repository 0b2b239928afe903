import { EXIT, fail, HerdbookError } from '../../instance/diagnostic.ts'
import { accountId } from '../../providers/mastodon/kinds/community/accounts.ts'
import { refOf } from '../../reconcile/object-ref.ts'
import { carryOut, type FarEnds } from '../../reconcile/apply/carry-out.ts'
import { exitOfApply, refusals } from '../../reconcile/exit.ts'
import { narrow } from '../../reconcile/plan/plan.ts'
import { removalOf, removedName } from '../../reconcile/plan/removed.ts'
import type { Ledger } from '../../reconcile/ledger/types.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import { tellReport } from '../apply.ts'
import { asked } from '../../command-line/confirm.ts'
import { showSteps, withFarEnds } from '../apply/far-ends.ts'
import { prose, say, tell, type Io } from '../../session/io.ts'
import { withLock } from '../../session/with-lock.ts'
import { sourceOf } from '../../session/options.ts'
import { actorOf } from '../pause.ts'
import { NO_WISHES, type Planned } from '../../reconcile/reconciler.ts'
import { openSession, type Session } from '../../session/session.ts'

export interface NowOptions {
  readonly instance?: string
  readonly yes?: true
  readonly print?: true
}

/**
 * Takes a role away at once: written into the ledger first, then done, whatever the files say, whoever paused, and although
 * it leaves one account with the role Owner. An owner alone decides it. Throws (exit 5) where it would leave nobody.
 */
export async function demoteNow(io: Io, account: string, why: string, options: NowOptions): Promise<Session> {
  const session = await openSession(io, options.instance)
  tell(io, session.warnings, await sourceOf(session))
  const ref: ObjectRef = `moderator/${accountId(account)}`
  refuseUnable(session, ref)
  prose(io, `1. The ledger says that ${ref} is removed, by ${actorOf(io)}: ${why}`)
  prose(io, `2. The role is taken away on ${session.config.domain}; sessions and tokens of the account end.`)
  prose(io, '3. The server is read again.')
  if (options.print) return session
  if (!options.yes && !(await asked(io, `Take the role away from ${ref.slice('moderator/'.length)} now? [y/N] `)))
    fail(EXIT.refused, 'not-confirmed', 'Nothing was done.', { hint: 'Say yes, or give --yes.' })
  await withLock(session, true, ({ ledger, holds, nonce }) => {
    const held = { ...session, ledger }
    return withFarEnds(held, (far) => removeUnderLock(held, { ref, why, holds, nonce }, far))
  })
  return session
}

function refuseUnable({ config, instance, store, ledger, sealing }: Session, ref: ObjectRef): void {
  if (!store || ledger.head === null)
    fail(EXIT.refused, 'nothing-applied', 'Nothing was ever applied here, so there is no ledger to write it into.', {
      hint: 'Take the role away in Mastodon: Administration, Accounts. The first apply begins the ledger: herdbook apply',
    })
  if (instance.documents['moderators.yaml']?.moderators === undefined)
    fail(EXIT.refused, 'not-managed', 'moderators.yaml is not there: who holds a role is not managed here.', {
      hint: 'Take the role away in Mastodon: Administration, Accounts. To have it managed: herdbook adopt moderator',
    })
  if (config.mastodon?.console === undefined)
    fail(EXIT.refused, 'no-door', 'Only the console can take a role away, and instance.yaml names none.', {
      hint: 'Take the role away in Mastodon: Administration, Accounts.',
    })
  if (config.acting_account?.toLowerCase() === ref.slice('moderator/'.length))
    fail(
      EXIT.refused,
      'acting-account',
      'This is the account that Herdbook acts as: it can not take away its own role.',
      { hint: 'Name another one as acting_account in instance.yaml first.' },
    )
  if (removalOf(ref, ledger.removed, sealing) !== undefined)
    fail(EXIT.refused, 'removed-already', `${ref} was removed already.`, {
      hint: 'What is left to do of it stands in: herdbook plan',
    })
}

interface Removing {
  readonly ref: ObjectRef
  readonly why: string
  readonly holds: () => boolean
  readonly nonce: string
}

async function removeUnderLock(session: Session, { ref, why, holds, nonce }: Removing, far: FarEnds): Promise<void> {
  const { io, config } = session
  const { session: named, called } = await recorded(session, ref, why)
  const { ledger, run, sealing, store } = named
  const planned = partOf(await far.plan(ledger, NO_WISHES), ref)
  if (planned.plan.steps.length === 0) return say(io, `${ref} holds no role on ${config.domain}.`)
  const refused = refusals(planned.plan)
  if (refused.length > 0) {
    await store?.save({ ...ledger, removed: session.ledger.removed }, `Not removed: ${called}`, by(named))
    throw new HerdbookError(EXIT.refused, refused)
  }
  const report = await carryOut(
    { planned, ledger, wishes: NO_WISHES, withheld: new Map(), findings: [], first: undefined },
    {
      run,
      sealing,
      store,
      far,
      holds,
      nonce,
      again: nothing,
      now: io.now,
      signal: io.signal,
      applying: showSteps(io),
    },
  )
  io.exit = exitOfApply(report)
  tellReport(io, { yes: true }, false, report)
}

/** Neither a pause nor a newer commit holds back who is removed at once. */
const nothing = () => Promise.resolve([])

const by = (session: Session) => ({ run: session.run, source: null, approvedBy: [actorOf(session.io)] })

/** The ledger says it first: whoever looks finds out why, also where this run ends here. */
async function recorded(
  session: Session,
  ref: ObjectRef,
  why: string,
): Promise<{ readonly session: Session; readonly called: ObjectRef }> {
  const { ledger, store, io, instance, sealing } = session
  const files = instance.documents['moderators.yaml']?.moderators ?? []
  const isNamed = ledger.entries.has(ref) || files.some(({ account }) => `moderator/${accountId(account)}` === ref)
  const removal = {
    ref: removedName(ref, isNamed, sealing),
    by: actorOf(io),
    at: io.now().toISOString(),
    why: why.replace(/\s+/g, ' ').trim(),
  }
  const next: Ledger = { ...ledger, removed: [...ledger.removed, removal] }
  const saved = (await store?.save(next, `Removed ${removal.ref}: ${removal.why}`, by(session))) ?? next
  return { session: { ...session, ledger: saved }, called: removal.ref }
}

/** The one step, and what speaks against just that. It is of no commit: what else the files say waits for an apply. */
function partOf(planned: Planned, ref: ObjectRef): Planned {
  return {
    ...planned,
    plan: {
      ...narrow(planned, (step) => step.removal === true && refOf(step) === ref),
      commit: null,
      unfinished: [],
      owed: [],
    },
  }
}

/** Lets a removal go: from then on the files count again. Throws (exit 5) where there is none of that name. */
export async function letGo(
  io: Io,
  account: string,
  why: string,
  options: Pick<NowOptions, 'instance'>,
): Promise<void> {
  const session = await openSession(io, options.instance)
  const ref: ObjectRef = `moderator/${accountId(account)}`
  await withLock(session, true, async ({ ledger }) => {
    const removal = removalOf(ref, ledger.removed, session.sealing)
    if (removal === undefined)
      return fail(EXIT.refused, 'not-removed', `${ref} was not removed.`, { hint: 'Who was: herdbook plan' })
    await session.store?.save(
      { ...ledger, removed: ledger.removed.filter((one) => one !== removal) },
      `Let go of the removal of ${removal.ref}: ${why}`,
      by(session),
    )
    say(io, `Let go. What the files say of ${ref} counts again: herdbook plan`)
  })
}
