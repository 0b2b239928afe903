import { Refusal } from '../../../src/sandbox/failure.ts'
import {
  commitFacts,
  commitsBetween,
  GITHUB,
  isAncestor,
  mergeTree,
  signatureOf,
  writeCommit,
  type CommitFacts,
} from './git.ts'
import { signed } from './history.ts'
import { addIssue, safeWrite, emitOf, LONGEST_BODY } from './issues.ts'
import { mergedAs, moveBranch, NOTHING, refOf, tryMerge } from './pushes.ts'
import { reviewShape } from './shapes.ts'
import { pullInList } from './shapes-pull.ts'
import {
  demand,
  DOCS,
  invalid,
  isPull,
  lagBehind,
  notFound,
  pullOf,
  type Actor,
  type Issue,
  type Pull,
  type Review,
  type State,
} from './state.ts'

type PullIssue = Issue & { readonly pull: Pull }

export interface PullDraft {
  readonly title: string
  readonly body: string | null
  readonly base: string
  /** `branch`, or `owner:branch` of a fork. */
  readonly head: string
  readonly draft: boolean
}

/** Opens a pull request, where the head has commits that the base lacks. */
export async function openPull(state: State, actor: Actor, draft: PullDraft): Promise<PullIssue> {
  const { owner, branch } = headOf(state, draft.head)
  demand(state, actor, owner === state.owner ? 'write' : 'read')
  checkActions(state, actor)
  const [base, commit] = [
    await state.git.tip(`refs/heads/${draft.base}`),
    await state.git.tip(refOf(state, owner, branch)),
  ]
  if (base === null) throw invalid('PullRequest', 'base', 'invalid')
  if (commit === null) throw invalid('PullRequest', 'head', 'invalid')
  const same = [...state.issues.values()]
    .filter(isPull)
    .find(
      (issue) =>
        issue.state === 'open' &&
        issue.pull.base === draft.base &&
        issue.pull.head.owner === owner &&
        issue.pull.head.branch === branch,
    )
  if (same) throw custom(`A pull request already exists for ${owner}:${branch}.`)
  if (await isAncestor(state.git, commit, base))
    throw custom(`No commits between ${draft.base} and ${owner === state.owner ? '' : `${owner}:`}${branch}`)
  const pull: Pull = {
    base: draft.base,
    baseCommit: base,
    head: { owner, branch, commit, gone: false },
    draft: draft.draft,
    merged: null,
    trial: null,
    reviews: [],
  }
  const issue = addIssue(state, actor, draft, pull)
  if (!isPull(issue)) throw new Error('a pull request was made without one')
  await tryMerge(state, issue)
  await emitOf(state, actor, 'opened', issue)
  return issue
}

function checkActions(state: State, actor: Actor): void {
  if (!actor.quiet || state.settings.actionsMayOpenPullRequests) return
  const message = 'GitHub Actions is not permitted to create or approve pull requests.'
  throw new Refusal(403, { message, documentation_url: DOCS, status: '403' })
}

const custom = (message: string): Refusal =>
  new Refusal(422, {
    message: 'Validation Failed',
    errors: [{ resource: 'PullRequest', code: 'custom', message }],
    documentation_url: DOCS,
    status: '422',
  })

function headOf(state: State, head: string): { owner: string; branch: string } {
  const [, owner = state.owner, branch = ''] = /^(?:([^:]+):)?(.+)$/.exec(head) ?? []
  return { owner, branch }
}

/** Also of a pull request that was merged already. */
export function review(state: State, actor: Actor, number: number, verdict: Review['state'], body: string): Review {
  const issue = pullOf(state, number)
  demand(state, actor, 'read')
  if (verdict === 'APPROVED') checkActions(state, actor)
  if (issue.author === actor.user.login && verdict !== 'COMMENTED')
    throw custom('Can not approve your own pull request')
  const made: Review = {
    id: state.nextId(),
    author: actor.user.login,
    state: verdict,
    body: body.slice(0, LONGEST_BODY),
    commit: issue.pull.head.commit,
    at: state.now(),
    dismissed: null,
  }
  issue.pull.reviews = [...issue.pull.reviews, made]
  // in the event the state is in small letters
  const shape = { ...reviewShape(state, issue, made), state: verdict.toLowerCase() }
  safeWrite(state, actor, 'pull_request_review', {
    action: 'submitted',
    review: shape,
    pull_request: pullInList(state, issue),
  })
  return made
}

/** Takes a verdict away: it stays where it is, and only the events tell what it was. */
export function dismiss(state: State, actor: Actor, number: number, id: number, message: string): Review {
  const issue = pullOf(state, number)
  demand(state, actor, 'write')
  const found = issue.pull.reviews.find((one) => one.id === id)
  if (!found) throw notFound()
  if (found.dismissed || found.state === 'COMMENTED')
    throw custom('Can not dismiss a commented or dismissed pull request review')
  found.dismissed = { id: state.nextId(), by: actor.user.login, at: state.now(), message }
  const shape = { ...reviewShape(state, issue, found), state: 'dismissed' }
  safeWrite(state, actor, 'pull_request_review', {
    action: 'dismissed',
    review: shape,
    pull_request: pullInList(state, issue),
  })
  return found
}

export type MergeMethod = 'merge' | 'squash' | 'rebase'

/** Merges at once, as the green button does. */
export async function merge(state: State, actor: Actor, number: number, method: MergeMethod): Promise<string> {
  const issue = pullOf(state, number)
  demand(state, actor, 'write')
  if (issue.state !== 'open')
    throw new Refusal(405, { message: 'Pull Request is not mergeable', documentation_url: DOCS, status: '405' })
  const base = (await state.git.tip(`refs/heads/${issue.pull.base}`)) ?? NOTHING
  const commit = await combine(state, actor, issue, base, method)
  await mergedAs(state, actor, issue, commit)
  await moveBranch(state, actor, state.owner, issue.pull.base, commit, 'pr_merge')
  return commit
}

/** The commit that a method makes of the head on top of a base. */
async function combine(
  state: State,
  actor: Actor,
  issue: PullIssue,
  base: string,
  method: MergeMethod,
): Promise<string> {
  const { pull, number, title, body } = issue
  const shared = { committer: GITHUB, date: state.now() }
  if (method === 'rebase') return rebase(state, base, await commitsBetween(state.git, base, pull.head.commit))
  const tree = await mergeTree(state.git, base, pull.head.commit)
  if (tree === null)
    throw new Refusal(405, { message: 'Pull Request is not mergeable', documentation_url: DOCS, status: '405' })
  const author = signatureOf(actor.user)
  const merged = `Merge pull request #${number} from ${pull.head.owner}/${pull.head.branch}\n\n${title}`
  const made =
    method === 'merge'
      ? { parents: [base, pull.head.commit], message: merged }
      : { parents: [base], message: `${title} (#${number})\n\n${body ?? ''}`.trimEnd() }
  return signed(state, writeCommit(state.git, { tree, author, ...made, ...shared }))
}

/** Every commit anew on top of the base, merges left out; also where nothing would have to move. */
async function rebase(state: State, base: string, commits: readonly string[]): Promise<string> {
  let tip = base
  for (const id of commits) {
    const facts = await commitFacts(state.git, id)
    if (facts.parents.length > 1) continue
    const tree = await pick(state, tip, facts)
    tip = await writeCommit(state.git, {
      tree,
      parents: [tip],
      message: facts.message,
      author: facts.author,
      committer: GITHUB,
      date: state.now(),
    })
  }
  return tip
}

/**
 * The tree of one commit's change on top of another. A stand-in for the tip that has the commit's own parent gives the
 * merge its base.
 */
async function pick(state: State, tip: string, { id, parents }: CommitFacts): Promise<string> {
  const here = await commitFacts(state.git, tip)
  const ours = await writeCommit(state.git, {
    tree: here.tree,
    parents,
    message: 'ours',
    author: GITHUB,
    committer: GITHUB,
    date: state.now(),
  })
  const tree = await mergeTree(state.git, ours, id)
  if (tree === null)
    throw new Refusal(405, {
      message: "This branch can't be rebased due to conflicts",
      documentation_url: DOCS,
      status: '405',
    })
  return tree
}

/** A merge queue's try: pull requests on top of each other, on a branch of its own, waiting for the checks. */
export interface MergeGroup {
  readonly ref: string
  readonly commit: string
  /** The checks passed: the base takes the commits, and each pull request is merged. */
  readonly pass: () => Promise<void>
  /** The checks failed: nothing is merged. */
  readonly leave: () => Promise<void>
}

export async function enqueue(
  state: State,
  actor: Actor,
  numbers: readonly number[],
  method: MergeMethod,
): Promise<MergeGroup> {
  demand(state, actor, 'write')
  const issues = numbers.map((number) => pullOf(state, number))
  const branch = issues[0]?.pull.base ?? state.defaultBranch
  const base = (await state.git.tip(`refs/heads/${branch}`)) ?? NOTHING
  const steps: { readonly issue: PullIssue; readonly commit: string }[] = []
  for (const issue of issues)
    steps.push({ issue, commit: await combine(state, actor, issue, steps.at(-1)?.commit ?? base, method) })
  const commit = steps.at(-1)?.commit ?? base
  const name = `gh-readonly-queue/${branch}/pr-${numbers.at(-1)}-${base}`
  const ref = `refs/heads/${name}`
  await moveBranch(state, actor, state.owner, name, commit)
  const facts = await commitFacts(state.git, commit)
  const person = ({ name: who, email }: CommitFacts['author']): object => ({ name: who, email })
  const head_commit = {
    id: commit,
    tree_id: facts.tree,
    message: facts.message,
    timestamp: facts.committer.date,
    author: person(facts.author),
    committer: person(facts.committer),
  }
  const merge_group = { head_sha: commit, head_ref: ref, base_sha: base, base_ref: `refs/heads/${branch}`, head_commit }
  safeWrite(state, actor, 'merge_group', { action: 'checks_requested', merge_group })
  const destroy = async (reason: 'merged' | 'dequeued'): Promise<void> => {
    await moveBranch(state, actor, state.owner, name, null)
    safeWrite(state, actor, 'merge_group', { action: 'destroyed', reason, merge_group })
  }
  return {
    ref,
    commit,
    pass: async () => {
      for (const one of steps) await mergedAs(state, actor, one.issue, one.commit)
      await moveBranch(state, actor, state.owner, branch, commit, 'merge_queue_merge')
      await destroy('merged')
    },
    leave: () => destroy('dequeued'),
  }
}

/** Closes the connection on a draft, or opens it. */
export function setDraft(state: State, actor: Actor, number: number, draft: boolean): Promise<void> {
  const issue = pullOf(state, number)
  demand(state, actor, issue.author === actor.user.login ? 'read' : 'write')
  lagBehind<Issue>(state, issue, false)
  issue.pull.draft = draft
  return emitOf(state, actor, draft ? 'converted_to_draft' : 'ready_for_review', issue)
}
