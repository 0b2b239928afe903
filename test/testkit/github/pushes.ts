import { commitsBetween, isAncestor, mergeTree, writeCommit, GITHUB } from './git.ts'
import { signed, type Activity } from './history.ts'
import { editIssue, safeWrite, emitOf } from './issues.ts'
import { pushedCommitShape } from './shapes.ts'
import { fullName, WEB } from './shapes-base.ts'
import { isPull, lagBehind, userOf, type Actor, type Issue, type Pull, type State } from './state.ts'

type PullIssue = Issue & { readonly pull: Pull }

export const NOTHING = '0'.repeat(40)

/** Where the stand-in keeps a branch: a fork's are hidden, as they stand in another repository on GitHub. */
export const refOf = (state: State, owner: string, branch: string): string =>
  owner === state.owner ? `refs/heads/${branch}` : `refs/forks/${owner}/${branch}`

const openPulls = (state: State): PullIssue[] =>
  [...state.issues.values()].filter(isPull).filter((issue) => issue.state === 'open')

type Merging = Extract<Activity['kind'], 'pr_merge' | 'merge_queue_merge'>

/** Moves a branch and tells it. null takes it away. `merging` where a pull request does it. */
export async function moveBranch(
  state: State,
  actor: Actor,
  owner: string,
  branch: string,
  to: string | null,
  merging?: Merging,
): Promise<void> {
  const ref = refOf(state, owner, branch)
  const before = await state.git.tip(ref)
  if (before === to) return
  await state.git.run(to === null ? ['update-ref', '-d', ref] : ['update-ref', ref, to])
  await moved(state, actor, { owner, branch, before, to, merging })
}

/** Notices what was pushed with Git itself since the last time. */
export async function noticePushes(state: State, actor: Actor): Promise<void> {
  const now = await branchesOf(state)
  for (const branch of new Set([...state.branches.keys(), ...now.keys()])) {
    const [before = null, to = null] = [state.branches.get(branch), now.get(branch)]
    if (before !== to) await moved(state, actor, { owner: state.owner, branch, before, to })
  }
}

export async function branchesOf(state: State): Promise<Map<string, string>> {
  const out = await state.git.run(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads/'])
  return new Map(
    out.split('\n').flatMap((line): [string, string][] => (line === '' ? [] : [[line.slice(41), line.slice(0, 40)]])),
  )
}

interface Move {
  readonly owner: string
  readonly branch: string
  readonly before: string | null
  readonly to: string | null
  readonly merging?: Merging | undefined
}

async function moved(state: State, actor: Actor, move: Move): Promise<void> {
  const { owner, branch, before, to } = move
  if (owner === state.owner) {
    if (to === null) state.branches.delete(branch)
    else state.branches.set(branch, to)
    const forced = before !== null && to !== null && !(await isAncestor(state.git, before, to))
    noteActivity(state, actor, move, forced)
    await tellPush(state, actor, branch, before, to, forced)
  }
  for (const issue of openPulls(state)) {
    if (issue.pull.head.owner === owner && issue.pull.head.branch === branch)
      await (to === null ? withdraw(state, actor, issue) : headMoved(state, actor, issue, to))
    if (owner === state.owner && issue.pull.base === branch && to !== null) await baseMoved(state, actor, issue, to)
  }
}

function noteActivity(state: State, actor: Actor, { branch, before, to, merging }: Move, forced: boolean): void {
  const kind =
    before === null
      ? 'branch_creation'
      : to === null
        ? 'branch_deletion'
        : (merging ?? (forced ? 'force_push' : 'push'))
  const ends = { ref: `refs/heads/${branch}`, before: before ?? NOTHING, after: to ?? NOTHING }
  state.activities.push({ id: state.nextId(), actor: actor.user.login, kind, ...ends, at: state.now() })
}

const SHOWN = 20

async function tellPush(
  state: State,
  actor: Actor,
  branch: string,
  before: string | null,
  to: string | null,
  forced: boolean,
): Promise<void> {
  if (actor.quiet) return
  const ids =
    to === null
      ? []
      : await commitsBetween(
          state.git,
          before ?? (branch === state.defaultBranch ? null : await state.git.tip(`refs/heads/${state.defaultBranch}`)),
          to,
        )
  safeWrite(state, actor, 'push', {
    ref: `refs/heads/${branch}`,
    before: before ?? NOTHING,
    after: to ?? NOTHING,
    created: before === null,
    deleted: to === null,
    forced,
    base_ref: null,
    compare: `${WEB}/${fullName(state)}/compare/${(before ?? NOTHING).slice(0, 12)}...${(to ?? NOTHING).slice(0, 12)}`,
    commits: await Promise.all(ids.slice(-SHOWN).map((id) => pushedCommitShape(state, id))),
    head_commit: to === null ? null : await pushedCommitShape(state, to),
    pusher: { name: actor.user.login, email: `${actor.user.login}@users.noreply.github.com` },
  })
}

async function headMoved(state: State, actor: Actor, issue: PullIssue, to: string): Promise<void> {
  const { pull } = issue
  const before = pull.head.commit
  lagBehind<Issue>(state, issue, false)
  pull.head.commit = to
  issue.updated = state.now()
  await tryMerge(state, issue)
  await emitOf(state, actor, 'synchronize', issue, { before, after: to })
}

async function withdraw(state: State, actor: Actor, issue: PullIssue): Promise<void> {
  lagBehind<Issue>(state, issue, false)
  const now = state.now()
  Object.assign(issue, { state: 'closed', closed: { at: now, by: actor.user.login }, updated: now })
  await emitOf(state, actor, 'closed', issue)
}

/** A push to the base makes a new trial; one that brings the head with it has merged the pull request. */
async function baseMoved(state: State, actor: Actor, issue: PullIssue, to: string): Promise<void> {
  if (await isAncestor(state.git, issue.pull.head.commit, to)) await mergedAs(state, actor, issue, to)
  else await tryMerge(state, issue, to)
}

/** Marks a pull request as merged by a commit that the base has now. */
export async function mergedAs(state: State, actor: Actor, issue: PullIssue, commit: string): Promise<void> {
  lagBehind<Issue>(state, issue, false)
  const now = state.now()
  issue.pull.merged = { at: now, by: actor.user.login, commit }
  Object.assign(issue, { state: 'closed', closed: { at: now, by: actor.user.login }, updated: now })
  await state.git.run(['update-ref', '-d', `refs/pull/${issue.number}/merge`])
  await emitOf(state, actor, 'closed', issue)
  if (issue.pull.base === state.defaultBranch) await closeNamed(state, actor, issue.body ?? '')
}

const CLOSING = /(?<![\w/])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #(\d+)\b/gi

/** Closes the issues that a description says it closes; what stands in code says nothing. */
async function closeNamed(state: State, actor: Actor, body: string): Promise<void> {
  const words = body.replaceAll(/```[^]*?```|`[^`\n]*`/g, '')
  for (const [, number] of words.matchAll(CLOSING)) {
    const named = state.issues.get(Number(number))
    if (named?.state === 'open' && named.pull === null) await editIssue(state, actor, named.number, { state: 'closed' })
  }
}

/**
 * Puts the head where Git finds it, and GitHub's own try at merging beside it. A new head takes the base as it is now.
 */
export async function tryMerge(state: State, issue: PullIssue, baseTip?: string): Promise<void> {
  const { pull, number } = issue
  const base = baseTip ?? (await state.git.tip(`refs/heads/${pull.base}`))
  if (base === null) return
  if (baseTip === undefined) pull.baseCommit = base
  await state.git.run(['update-ref', `refs/pull/${number}/head`, pull.head.commit])
  pull.trial = await trialOf(state, base, pull.head.commit)
  await state.git.run(
    pull.trial === null
      ? ['update-ref', '-d', `refs/pull/${number}/merge`]
      : ['update-ref', `refs/pull/${number}/merge`, pull.trial],
  )
}

async function trialOf(state: State, base: string, head: string): Promise<string | null> {
  const tree = await mergeTree(state.git, base, head)
  if (tree === null) return null
  const by = { author: GITHUB, committer: GITHUB, date: state.now() }
  return signed(
    state,
    writeCommit(state.git, { tree, parents: [base, head], message: `Merge ${head} into ${base}`, ...by }),
  )
}

/** The fork is gone: its pull requests are closed and keep their commits. */
export async function deleteFork(state: State, actor: Actor): Promise<void> {
  const owner = userOf(state, actor.user.login).login
  for (const issue of [...state.issues.values()].filter(isPull).filter(({ pull }) => pull.head.owner === owner)) {
    lagBehind<Issue>(state, issue, false)
    issue.pull.head.gone = true
    if (issue.state === 'open') await withdraw(state, actor, issue)
  }
}
