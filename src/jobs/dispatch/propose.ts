import { prose } from '../../comments/markdown.ts'
import type { PullRequest } from '../../forges/forge.ts'
import type { Job } from '../../session/job.ts'
import { domainIn } from '../../verbs/block.ts'
import { draftLifted } from '../../verbs/unblock.ts'
import { branchFor, objectsInTitle, proposeAdoption, proposeRestore, refsOf } from '../adopt-or-restore.ts'
import { openCheckout, propose } from '../open-pull-request.ts'
import { planPullRequest } from '../plan.ts'
import { askedBy, NOTHING_TO_PROPOSE, proposedIn } from '../texts.ts'
import { reasonOf, type ButtonPress } from './button.ts'
import { blockLifted } from './texts.ts'

/** Opens a pull request that takes the server's version of an object into the files. */
export const adopt = async (job: Job, press: ButtonPress): Promise<string> =>
  planned(job, await proposeAdoption(job, await openCheckout(job), refsOf([press.object]), requestOf(press)))

/** Opens a pull request that uses the files' version of an object. */
export const restore = async (job: Job, press: ButtonPress): Promise<string> =>
  planned(job, await proposeRestore(job, await openCheckout(job), refsOf([press.object]), requestOf(press)))

/** Opens a pull request that takes a domain block out of the files. */
export async function unblock(job: Job, press: ButtonPress): Promise<string> {
  const domain = domainIn(press.object.replace(/^domain-block\//, ''))
  const why = reasonOf(press)
  const checkout = await openCheckout(job)
  const { edits, explanations, subject } = await draftLifted(job.io, checkout.session, [domain], { emptied: why })
  const pullRequest = await propose(job, checkout, {
    branch: branchFor('unblock', [domain]),
    edits,
    title: subject,
    note: blockLifted(objectsInTitle([domain])),
    body: [askedBy(press.by, why), ...explanations.map(prose)].join('\n\n'),
    askedBy: [press.by],
  })
  return planned(job, pullRequest)
}

const requestOf = ({ by, reason }: ButtonPress) => ({ origin: askedBy(by, reason), by })

/** Plans the new pull request here: one opened with a workflow's own token starts no workflow. */
async function planned(job: Job, pullRequest: PullRequest | null): Promise<string> {
  if (pullRequest === null) return NOTHING_TO_PROPOSE
  await planPullRequest(job, pullRequest)
  return proposedIn(pullRequest.number)
}
