import { canWrite, type PullRequest } from '../../forges/forge.ts'
import { PLAN_LABEL } from '../../comments/fork.ts'
import { showsPlanOf } from '../../comments/plan.ts'
import { code } from '../../comments/markdown.ts'
import { showsFilesOf } from '../../comments/checked-mark.ts'
import type { EventOf } from '../../forges/github/event.ts'
import type { Job } from '../../session/job.ts'
import { environmentFor, type Base } from '../../session/default-branch.ts'
import { markerOf, ours } from '../../forges/sticky-comment.ts'

/** Who asks: nobody where a branch was pushed or a pull request opened. `commit` is the one that they looked at, where they name it; `labelled` says when a label was given. */
export type Asking =
  | { readonly by: null }
  | {
      readonly by: string
      readonly label: boolean
      readonly labelled: string | null
      readonly commit: string | undefined
    }

/** What an event asks for; null where that is nothing. */
export function askingIn(event: EventOf<'pull_request_target' | 'issue_comment'>): Asking | null {
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

/** Whether whoever asks decides here. A label has done what it is for, either way. */
export async function decidesHere(
  { forge }: Job,
  number: number,
  { by, label }: Extract<Asking, { by: string }>,
): Promise<boolean> {
  const decided = canWrite(await forge.permission(by))
  if (label) await forge.removeLabel(number, PLAN_LABEL)
  return decided
}

/** Why live is not asked about this very commit, said where that helps somebody; null where it may be. */
export async function whyNot(
  { event, forge }: Job,
  pull: PullRequest,
  base: Base,
  asking: Asking,
): Promise<string | null> {
  if (pull.state !== 'open' || pull.base.branch !== event.defaultBranch)
    return 'Only open pull requests for the default branch are planned.'
  const own = pull.head.repository === event.repository
  if (asking.by === null) return own ? null : 'From a fork: somebody who may write here has to ask for it.'
  const { commit } = asking
  // A branch of our own was pushed by somebody who may write here: there is nothing to bind.
  if (own && commit === undefined) return null
  const reply = (text: string): Promise<unknown> =>
    forge.comment(pull.number, `${text} ${code(`/plan ${pull.head.commit.slice(0, 12)}`)}`)
  if (commit === undefined || commit.length < 12) {
    await reply('Which commit? Look at it, then write:')
    return 'The comment names no commit.'
  }
  if (pull.head.commit.startsWith(commit)) {
    if (own || !asking.label || (await wasShown(forge, pull, base, asking.labelled))) return null
    await reply(
      'A label says nothing of what was looked at, and when it was given no comment here showed the files of this commit. Look at it, then write:',
    )
    return 'The comment did not show this commit when the label was given.'
  }
  await reply(
    `The branch has moved since ${code(commit.slice(0, 12))} was looked at, so nothing was asked of the live server. Look at the new commit, then write:`,
  )
  return `The head is no longer ${commit}.`
}

/** Whether our comment was about this very commit when somebody gave a label: else they looked at something else. */
async function wasShown(
  forge: Job['forge'],
  { number, head }: PullRequest,
  { base, at }: Base,
  labelled: string | null,
): Promise<boolean> {
  const marker = markerOf(await environmentFor(at(base), null), 'plan')
  const comment = ours(await forge.comments(number), marker)
  if (comment === undefined || labelled === null || Date.parse(comment.at) > Date.parse(labelled)) return false
  return showsFilesOf(comment.body, marker, head.commit) || showsPlanOf(comment.body, head.commit)
}
