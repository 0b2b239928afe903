import { canWrite, type PullRequest } from '../../forges/forge.ts'
import { PLAN_LABEL } from '../../comments/stranger-pull-request.ts'
import { showsPlanOf } from '../../comments/plan.ts'
import { code } from '../../comments/markdown.ts'
import { showsFilesOf } from '../../comments/checked-mark.ts'
import type { ForgeEventOf } from '../../forges/github/event.ts'
import type { Job } from '../../session/job.ts'
import { environmentFor, type CloneWithBase } from '../../session/default-branch.ts'
import { markerOf, findOurComment } from '../../forges/sticky-comment.ts'
import {
  branchMoved,
  FROM_FORK,
  headMoved,
  LABEL_TOO_EARLY,
  NO_COMMIT_NAMED,
  NOT_SHOWN_BEFORE_LABEL,
  ONLY_OPEN,
  WHICH_COMMIT,
} from './texts.ts'

/** A request for a plan. */
export type PlanRequest =
  /** Someone pushed a branch or opened a pull request. */
  | { readonly by: null }
  | {
      readonly by: string
      readonly label: boolean
      /** When a label was added. */
      readonly labelled: string | null
      /** The commit that the person looked at, if they name it. */
      readonly commit: string | undefined
    }

/** Reads the request out of an event; null if there is none. */
export function planRequestIn(event: ForgeEventOf<'pull_request_target' | 'issue_comment'>): PlanRequest | null {
  if (event.name === 'issue_comment') {
    if (!event.onPullRequest || !/^\/plan(\s|$)/.test(event.body)) return null
    return {
      by: event.sender,
      label: false,
      labelled: null,
      commit: /^\/plan\s+([0-9a-f]{7,64})\s*$/.exec(event.body)?.[1],
    }
  }
  if (event.action !== 'labeled') return { by: null }
  return event.label === PLAN_LABEL ? { by: event.sender, label: true, labelled: event.at, commit: event.head } : null
}

/** Whether the person has write access. Takes the label off again in any case. */
export async function mayAskForPlan(
  { forge }: Job,
  number: number,
  { by, label }: Extract<PlanRequest, { by: string }>,
): Promise<boolean> {
  const may = canWrite(await forge.permission(by))
  if (label) await forge.removeLabel(number, PLAN_LABEL)
  return may
}

/** Says why this commit is not planned, and replies if that helps the person; null if it may be planned. */
export async function whyNotPlanned(
  { event, forge }: Job,
  pull: PullRequest,
  base: CloneWithBase,
  request: PlanRequest,
): Promise<string | null> {
  if (pull.state !== 'open' || pull.base.branch !== event.defaultBranch) return ONLY_OPEN
  const own = pull.head.repository === event.repository
  if (request.by === null) return own ? null : FROM_FORK
  const { commit } = request
  // Only people with write access push to the repository's own branches, so no commit must be named.
  if (own && commit === undefined) return null
  const reply = (text: string): Promise<unknown> =>
    forge.comment(pull.number, `${text} ${code(`/plan ${pull.head.commit.slice(0, 12)}`)}`)
  if (commit === undefined || commit.length < 12) {
    await reply(WHICH_COMMIT)
    return NO_COMMIT_NAMED
  }
  if (pull.head.commit.startsWith(commit)) {
    if (own || !request.label || (await wasShown(forge, pull, base, request.labelled))) return null
    await reply(LABEL_TOO_EARLY)
    return NOT_SHOWN_BEFORE_LABEL
  }
  await reply(branchMoved(code(commit.slice(0, 12))))
  return headMoved(commit)
}

/** Whether Herdbook's comment showed this commit before someone added the label. */
async function wasShown(
  forge: Job['forge'],
  { number, head }: PullRequest,
  { base, at }: CloneWithBase,
  labelled: string | null,
): Promise<boolean> {
  const marker = markerOf(await environmentFor(at(base), null), 'plan')
  const comment = findOurComment(await forge.comments(number), marker)
  if (comment === undefined || labelled === null || Date.parse(comment.at) > Date.parse(labelled)) return false
  return showsFilesOf(comment.body, marker, head.commit) || showsPlanOf(comment.body, head.commit)
}
