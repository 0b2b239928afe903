import { canWrite, type Issue, type PullRequest } from '../forges/forge.ts'
import { readAnswers, type Answers } from '../forges/form-answers.ts'
import { EXIT, HerdbookError } from '../instance/diagnostic.ts'
import { ACCEPT_LABEL } from '../forges/issue-forms.ts'
import { code, prose } from '../comments/markdown.ts'
import { inline } from '../redaction/neutralise.ts'
import { requestFor, type FormRequest } from './issue-form/request.ts'
import { tell } from '../session/io.ts'
import { openCheckout, propose, reasons, type Checkout } from './open-pull-request.ts'
import { expect, type Job } from '../session/job.ts'
import { planPullRequest } from './plan.ts'

/** Makes the pull request that an issue's form asks for, when somebody who decides has labelled it, and tells the issue. */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['issues'])
  if (event.action !== 'labeled' || event.label !== ACCEPT_LABEL)
    return job.summarize(`Only the label ${code(ACCEPT_LABEL)} makes a pull request of an issue.`)
  const may = canWrite(await forge.permission(event.sender))
  const { text, pullRequest } = may ? await answer(job, await forge.issue(event.number), event.body) : NOT_YOURS
  io.secrets.abortOnSecret(text)
  await Promise.all([forge.comment(event.number, text), job.summarize(text)])
  await forge.removeLabel(event.number, ACCEPT_LABEL)
  if (pullRequest) await planPullRequest(job, pullRequest)
}

/** What the issue is told, and the pull request where there is one. */
interface Answer {
  readonly text: string
  readonly pullRequest?: PullRequest
}

const NOT_YOURS: Answer = { text: `Not proposed: that takes somebody who may write to this repository.` }

const EDITED: Answer = {
  text: `Not proposed: the text of this issue was changed after it got the label. Look at it as it is now, and put the label ${code(ACCEPT_LABEL)} on it again.`,
}

/** `accepted` is the text as it was when somebody gave the label: what was written since, nobody who decides has seen. */
async function answer(job: Job, issue: Issue, accepted: string): Promise<Answer> {
  if (issue.body !== accepted) return EDITED
  try {
    const asked = readAnswers(issue.body)
    const desk = await openCheckout(job)
    const wished = await requestFor(desk.session, asked, issue)
    if (wished.draft.edits.length === 0) return { text: 'Nothing to propose: the files say so already.' }
    const pullRequest = await offer(job, desk, { issue, asked, wished })
    return {
      text: `Proposed in #${pullRequest.number}. It becomes live when that is merged, which also closes this issue.`,
      pullRequest,
    }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    // What was answered wrongly is no failure of the run; a checkout or a server that is no use is one.
    if (error.exit !== EXIT.invalid) job.io.exit = error.exit
    tell(job.io, error.diagnostics)
    return {
      text: `Not proposed:\n\n${reasons(error)}\n\nWhere the answers can be mended, edit the issue and put the label ${code(ACCEPT_LABEL)} on it again.`,
    }
  }
}

interface Offered {
  readonly issue: Issue
  readonly asked: Answers
  readonly wished: FormRequest
}

function offer(job: Job, desk: Checkout, { issue, asked, wished: { draft, look } }: Offered): Promise<PullRequest> {
  const by = asked.answers.named.length > 0 ? [`Asked for by ${code(`@${issue.author}`)}.`] : []
  const body = [
    `Closes #${issue.number}.`,
    ...by,
    ...draft.said.map(prose),
    `**Before you merge**\n\n${look.map((line) => `- [ ] ${prose(line)}`).join('\n')}`,
  ].join('\n\n')
  const title = `${inline(draft.subject)} (#${issue.number})`
  return propose(job, desk, {
    branch: `herdbook/issue-${issue.number}`,
    edits: draft.edits,
    title,
    note: `For #${issue.number}`,
    body,
    askedBy: [...new Set([expect(job, ['issues']).event.sender, issue.author])],
  })
}
