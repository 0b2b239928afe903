import { canWrite, type Issue, type PullRequest } from '../forges/forge.ts'
import { readAnswers, type Answers } from '../forges/form-answers.ts'
import { EXIT, HerdbookError } from '../instance/diagnostic.ts'
import { ACCEPT_LABEL } from '../forges/issue-forms.ts'
import { prose } from '../comments/markdown.ts'
import { inline } from '../redaction/neutralise.ts'
import { requestFor, type FormRequest } from './issue-form/request.ts'
import { tell } from '../session/io.ts'
import { openCheckout, propose, reasons, type Checkout } from './open-pull-request.ts'
import { expect, type Job } from '../session/job.ts'
import { planPullRequest } from './plan.ts'
import {
  askedFor,
  beforeMerging,
  closes,
  editedSince,
  forIssue,
  NOT_ALLOWED,
  onlyLabel,
  proposed,
  refused,
} from './issue-form/texts.ts'
import { NOTHING_TO_PROPOSE } from './texts.ts'

/** Opens the pull request that an issue form asks for, when someone with write access labels it, and answers there. */
export async function run(job: Job): Promise<void> {
  const { event, forge, io } = expect(job, ['issues'])
  if (event.action !== 'labeled' || event.label !== ACCEPT_LABEL) return job.summarize(onlyLabel(ACCEPT_LABEL))
  const { text, pullRequest } = canWrite(await forge.permission(event.sender))
    ? await answer(job, await forge.issue(event.number), event.body)
    : { text: NOT_ALLOWED }
  io.secrets.abortOnSecret(text)
  await Promise.all([forge.comment(event.number, text), job.summarize(text)])
  await forge.removeLabel(event.number, ACCEPT_LABEL)
  if (pullRequest) await planPullRequest(job, pullRequest)
}

/** The comment in the issue, and the pull request if there is one. */
interface Answer {
  readonly text: string
  readonly pullRequest?: PullRequest
}

/** Answers the form. `accepted` is the text that the person saw who added the label: a later edit was not accepted. */
async function answer(job: Job, issue: Issue, accepted: string): Promise<Answer> {
  if (issue.body !== accepted) return { text: editedSince(ACCEPT_LABEL) }
  try {
    const answers = readAnswers(issue.body)
    const checkout = await openCheckout(job)
    const request = await requestFor(checkout.session, answers, issue)
    if (request.draft.edits.length === 0) return { text: NOTHING_TO_PROPOSE }
    const pullRequest = await proposeForm(job, checkout, { issue, answers, request })
    return { text: proposed(pullRequest.number), pullRequest }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    // A wrong answer does not fail the run. A checkout or a server that cannot be used does.
    if (error.exit !== EXIT.invalid) job.io.exit = error.exit
    tell(job.io, error.diagnostics)
    return { text: refused({ reasons: reasons(error), label: ACCEPT_LABEL }) }
  }
}

interface AnsweredForm {
  readonly issue: Issue
  readonly answers: Answers
  readonly request: FormRequest
}

function proposeForm(job: Job, checkout: Checkout, { issue, answers, request }: AnsweredForm): Promise<PullRequest> {
  const { draft, questions } = request
  const mayBeNamed = answers.answers.named.length > 0
  const body = [
    closes(issue.number),
    ...(mayBeNamed ? [askedFor(issue.author)] : []),
    ...draft.explanations.map(prose),
    beforeMerging(questions),
  ].join('\n\n')
  const title = `${inline(draft.subject)} (#${issue.number})`
  return propose(job, checkout, {
    branch: `herdbook/issue-${issue.number}`,
    edits: draft.edits,
    title,
    note: forIssue(issue.number),
    body,
    askedBy: [...new Set([expect(job, ['issues']).event.sender, issue.author])],
  })
}
