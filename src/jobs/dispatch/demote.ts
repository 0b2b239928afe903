import { prose } from '../../comments/markdown.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { accountId } from '../../providers/mastodon/kinds/accounts.ts'
import type { Job } from '../../session/job.ts'
import { draftDemotion, known } from '../../verbs/demote.ts'
import { demoteNow } from '../../verbs/demote/now.ts'
import { branchFor } from '../adopt-or-restore.ts'
import { openCheckout, propose, type Checkout } from '../open-pull-request.ts'
import { planPullRequest } from '../plan.ts'
import { askedBy, proposedIn } from '../texts.ts'
import { inTheirName, reasonOf, type ButtonPress } from './button.ts'
import { NO_ACCOUNT, ROLE_IS_GONE, ROLE_TAKEN_AT_ONCE, STILL_KNOWN } from './texts.ts'

/** Takes a role away at once. Then opens a pull request that takes the account out of the files. */
export async function demote(job: Job, press: ButtonPress): Promise<string> {
  const [why, account] = [reasonOf(press), press.object.replace(/^(?:moderator\/|@)/, '').toLowerCase()]
  if (!/^[a-z0-9_]{1,30}$/.test(account))
    fail(EXIT.invalid, 'no-account', NO_ACCOUNT.message, { hint: NO_ACCOUNT.hint })
  const done = await inTheirName(job, press.by, async (io) => void (await demoteNow(io, account, why, { yes: true })))
  const checkout = await openCheckout(job)
  const stillKnown = [STILL_KNOWN, ...known(checkout.whole.config).map((line) => `- ${prose(line)}`)].join('\n')
  if (!isInFiles(checkout, account)) return `${done}\n\n${stillKnown}`
  const { edits, explanations, subject } = await draftDemotion(job.io, checkout.session, account, { emptied: why })
  const pullRequest = await propose(job, checkout, {
    branch: branchFor('demote', [account]),
    edits,
    title: subject,
    note: ROLE_TAKEN_AT_ONCE,
    body: [askedBy(press.by, why), ROLE_IS_GONE, ...explanations.map(prose)].join('\n\n'),
    askedBy: [press.by],
  })
  await planPullRequest(job, pullRequest)
  return `${done} ${proposedIn(pullRequest.number)}\n\n${stillKnown}`
}

const isInFiles = ({ session }: Checkout, account: string): boolean =>
  session.instance.documents['moderators.yaml']?.moderators?.some((one) => accountId(one.account) === account) === true
