import { EXIT, fail, HerdbookError } from '../../instance/diagnostic.ts'
import { accountId } from '../../providers/mastodon/kinds/accounts.ts'
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
import { NO_PLAN_OPTIONS, type PlanWithInput } from '../../reconcile/reconciler.ts'
import { openSession, type Session } from '../../session/session.ts'
import {
  ACTING_ACCOUNT,
  alreadyRemoved,
  filesCountAgain,
  hasNoRole,
  neverRemoved,
  NO_CONSOLE,
  NOT_CONFIRMED,
  NOTHING_APPLIED,
  notRemovedAfterAll,
  removalEnded,
  removalQuestion,
  removalSteps,
  removed,
  ROLES_NOT_MANAGED,
} from './texts.ts'

export interface NowOptions {
  readonly instance?: string
  readonly yes?: true
  readonly print?: true
}

/**
 * Takes a role away at once: writes it into the ledger first, then does it. It ignores the files and every pause,
 * and may leave one account with the role Owner. Only an owner decides that. Throws (exit 5) if none would be left.
 */
export async function demoteNow(io: Io, account: string, why: string, options: NowOptions): Promise<Session> {
  const session = await openSession(io, options.instance)
  tell(io, session.warnings, await sourceOf(session))
  const ref: ObjectRef = `moderator/${accountId(account)}`
  refuseUnable(session, ref)
  for (const line of removalSteps({ ref, by: actorOf(io), why, domain: session.config.domain })) prose(io, line)
  if (options.print) return session
  if (!options.yes && !(await asked(io, removalQuestion(ref.slice('moderator/'.length)))))
    refuse('not-confirmed', NOT_CONFIRMED)
  await withLock(session, true, ({ ledger, holds, nonce }) => {
    const held = { ...session, ledger }
    return withFarEnds(held, (far) => removeUnderLock(held, { ref, why, holds, nonce }, far))
  })
  return session
}

function refuseUnable({ config, instance, store, ledger, sealing }: Session, ref: ObjectRef): void {
  if (!store || ledger.head === null) refuse('nothing-applied', NOTHING_APPLIED)
  if (instance.documents['moderators.yaml']?.moderators === undefined) refuse('not-managed', ROLES_NOT_MANAGED)
  if (config.mastodon?.console === undefined) refuse('no-door', NO_CONSOLE)
  if (config.acting_account?.toLowerCase() === ref.slice('moderator/'.length)) refuse('acting-account', ACTING_ACCOUNT)
  if (removalOf(ref, ledger.removed, sealing) !== undefined) refuse('removed-already', alreadyRemoved(ref))
}

const refuse = (code: string, text: { readonly message: string; readonly hint: string }): never =>
  fail(EXIT.refused, code, text.message, { hint: text.hint })

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
  const planned = onlyRemoval(await far.plan(ledger, NO_PLAN_OPTIONS), ref)
  if (planned.plan.steps.length === 0) return say(io, hasNoRole(ref, config.domain))
  const refused = refusals(planned.plan)
  if (refused.length > 0) {
    await store?.save({ ...ledger, removed: session.ledger.removed }, notRemovedAfterAll(called), by(named))
    throw new HerdbookError(EXIT.refused, refused)
  }
  const report = await carryOut(
    { planned, ledger, planOptions: NO_PLAN_OPTIONS, withheld: new Map(), findings: [], first: undefined },
    {
      run,
      sealing,
      store,
      far,
      holds,
      nonce,
      again: neverHeld,
      now: io.now,
      signal: io.signal,
      applying: showSteps(io),
    },
  )
  io.exit = exitOfApply(report)
  tellReport(io, { yes: true }, false, report)
}

/** Neither a pause nor a newer commit stops a removal at once. */
const neverHeld = () => Promise.resolve([])

const by = (session: Session) => ({ run: session.run, source: null, approvedBy: [actorOf(session.io)] })

/** Writes the removal into the ledger first, so that its reason is there even if this run ends now. */
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
  const saved = (await store?.save(next, removed(removal.ref, removal.why), by(session))) ?? next
  return { session: { ...session, ledger: saved }, called: removal.ref }
}

/** A plan of only this step and its findings. It has no commit: other changes of the files wait for an apply. */
function onlyRemoval(planned: PlanWithInput, ref: ObjectRef): PlanWithInput {
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

/** Ends a removal: the files count again. Throws (exit 5) if there is none of that name. */
export async function endRemoval(
  io: Io,
  account: string,
  why: string,
  options: Pick<NowOptions, 'instance'>,
): Promise<void> {
  const session = await openSession(io, options.instance)
  const ref: ObjectRef = `moderator/${accountId(account)}`
  await withLock(session, true, async ({ ledger }) => {
    const removal = removalOf(ref, ledger.removed, session.sealing)
    if (removal === undefined) return refuse('not-removed', neverRemoved(ref))
    await session.store?.save(
      { ...ledger, removed: ledger.removed.filter((one) => one !== removal) },
      removalEnded(removal.ref, why),
      by(session),
    )
    say(io, filesCountAgain(ref))
  })
}
