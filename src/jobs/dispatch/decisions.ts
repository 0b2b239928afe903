import { Command } from '@commander-js/extra-typings'
import { demandForLeaving, demandOwner, ownChanges, ownersNow } from '../../approvals/authority.ts'
import { code } from '../../comments/markdown.ts'
import type { VerbModule } from '../../command-line/main.ts'
import { KINDS } from '../../providers/kinds.ts'
import { inNameOf, type Job } from '../../session/job.ts'
import { openCommitted } from '../../session/session.ts'
import { run as runApprove } from '../../verbs/approve.ts'
import { leave as runLeave } from '../../verbs/leave.ts'
import { verb as pauseVerb } from '../../verbs/pause.ts'
import { verb as resumeVerb } from '../../verbs/resume.ts'
import { verb as unlockVerb } from '../../verbs/unlock.ts'
import { counted } from '../../words/added-by-hand.ts'
import { refsOf } from '../adopt-or-restore.ts'
import { refresh } from '../drift.ts'
import { askedBy } from '../texts.ts'
import { DIGEST, inTheirName, objectOf, reasonOf, type ButtonPress } from './button.ts'
import {
  FIRST_APPLY_ALLOWED,
  leftOnServer,
  NEW_HISTORY_ALLOWED,
  NOTHING_TO_APPROVE,
  NOTHING_TO_LEAVE,
} from './texts.ts'

/** Approves one object or a whole plan, but no change of the person's own. */
export async function approve(job: Job, press: ButtonPress): Promise<string> {
  const isPlan = DIGEST.test(press.object)
  const why = reasonOf(press)
  return inTheirName(job, press.by, (io) =>
    runApprove(
      io,
      why,
      isPlan ? [] : refsOf([objectOf(press, NOTHING_TO_APPROVE)]),
      { yes: true, ...(isPlan ? { plan: press.object } : {}) },
      (session, steps) => ownChanges(job, session, steps, press.by),
    ),
  )
}

/** Leaves an object that was added by hand on the server and in no file. */
export async function leave(job: Job, press: ButtonPress): Promise<string> {
  const [refs, why] = [refsOf([objectOf(press, NOTHING_TO_LEAVE)]), reasonOf(press)]
  await demandForLeaving(job, refs, press.by)
  const left = await runLeave(inNameOf(job.io, press.by), refs, why, { wait: true })
  await refresh(job)
  const objects = left.map(({ one }) => one)
  return leftOnServer({ login: code(`@${press.by}`), objects: counted(objects, KINDS) })
}

/** Stops every apply. */
export const pause = async (job: Job, press: ButtonPress): Promise<string> =>
  runVerb(job, press.by, pauseVerb, ['--wait', '--', reasonOf(press)])

/** Ends a pause. The person who paused may do that, or an owner, if there are any. */
export async function resume(job: Job, { by }: ButtonPress): Promise<string> {
  const { ledger } = await openCommitted(job.io, await job.clone())
  const isTheirs = ledger.paused === null || ledger.paused.by.toLowerCase() === by.toLowerCase()
  if (!isTheirs && (await ownersNow(job)).length > 0) await demandOwner(job, by)
  return runVerb(job, by, resumeVerb, ['--wait'])
}

/** Takes a lock away. */
export const unlock = (job: Job, { object, by }: ButtonPress): Promise<string> =>
  runVerb(job, by, unlockVerb, object === '' ? [] : ['--', object])

/** Lets the apply job of this run be the first one that changes the server. */
export const begin = async (_job: Job, press: ButtonPress): Promise<string> =>
  `${FIRST_APPLY_ALLOWED} ${askedBy(press.by, reasonOf(press))}`

/** Lets the apply job of this run accept a rewritten history. */
export const acceptNewHistory = async (_job: Job, press: ButtonPress): Promise<string> =>
  `${NEW_HISTORY_ALLOWED} ${askedBy(press.by, reasonOf(press))}`

/** Runs a verb in a person's name. Their own words come after `--`, so that they are never an option. */
const runVerb = (job: Job, by: string, verb: VerbModule['verb'], args: readonly string[]): Promise<string> =>
  inTheirName(
    job,
    by,
    async (io) => void (await verb(new Command('herdbook').exitOverride(), io).parseAsync(args, { from: 'user' })),
  )
