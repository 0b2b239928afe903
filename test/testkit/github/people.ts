import { commitFiles, GITHUB, signatureOf, type FileChange, type Signature } from './git.ts'
import {
  addComment,
  addLabels,
  createIssue,
  editComment,
  editIssue,
  safeWrite,
  removeLabel,
  type IssueChange,
} from './issues.ts'
import { deleteFork, moveBranch, noticePushes, refOf } from './pushes.ts'
import { dismiss, enqueue, merge, openPull, review, setDraft, type MergeGroup, type MergeMethod } from './pulls.ts'
import { commitSuggestion } from './review-comments.ts'
import { demand, issueOf, person, userOf, WEB_FLOW, type Issue, type Review, type State } from './state.ts'

export interface Push {
  readonly by: string
  readonly branch: string
  readonly files?: { readonly [path: string]: FileChange }
  readonly message?: string
  /** In the fork of whoever pushes. */
  readonly fork?: boolean
  /**
   * The commit to build on, with force where the branch is elsewhere; the branch's tip, or the default branch's for a
   * new one, unless given.
   */
  readonly onto?: string
  /** Whom the commit names: a login, or an e-mail address. Who pushes, unless given. */
  readonly author?: string
  /** The same; `web-flow` is GitHub, which signs what somebody writes in the browser. */
  readonly committer?: string
}

/** What people do at the web interface, or with Git: each waits until its events were told. `by` is a login. */
export interface Act {
  /** Commits files on a branch and pushes it; answers the commit. */
  readonly push: (push: Push) => Promise<string>
  /** Sets a branch to any commit, with force; null deletes it. */
  readonly reset: (branch: string, to: string | null, by: string) => Promise<void>
  /** Tells what somebody pushed to the bare repository with Git itself. */
  readonly pushed: (by: string) => Promise<void>
  /** Opens a pull request from a branch of the repository, or of the fork of whoever opens it; answers its number. */
  readonly openPull: (draft: {
    readonly by: string
    readonly branch: string
    readonly title: string
    readonly body?: string
    readonly fork?: boolean
    readonly draft?: boolean
  }) => Promise<number>
  readonly ready: (pull: number, by: string) => Promise<void>
  /** Answers the review's id. */
  readonly review: (pull: number, by: string, verdict?: Review['state']) => Promise<number>
  /** Takes a review's verdict away. */
  readonly dismiss: (pull: number, review: number, by: string) => Promise<void>
  /** Takes over what a comment on a line suggests; answers the commit that the head then has. */
  readonly commitSuggestion: (comment: number, by: string) => Promise<string>
  /** Answers the commit that the base has now. */
  readonly merge: (pull: number, by: string, method?: MergeMethod) => Promise<string>
  /** Puts pull requests into the merge queue, as one group. */
  readonly enqueue: (pulls: readonly number[], by: string, method?: MergeMethod) => Promise<MergeGroup>
  readonly label: (issue: number, label: string, by: string) => Promise<void>
  readonly unlabel: (issue: number, label: string, by: string) => Promise<void>
  /** Answers the comment's id. */
  readonly comment: (issue: number, body: string, by: string) => Promise<number>
  readonly editComment: (id: number, body: string, by: string) => Promise<void>
  /** Opens an issue with the labels that its form sets; answers its number. */
  readonly openIssue: (draft: {
    readonly by: string
    readonly title: string
    readonly body: string
    readonly labels?: readonly string[]
  }) => Promise<number>
  readonly edit: (issue: number, change: Pick<IssueChange, 'title' | 'body'>, by: string) => Promise<void>
  /** Ticks the checkbox of the one line that holds a text. */
  readonly tick: (issue: number, text: string, by: string) => Promise<void>
  /** Closes an issue or a pull request. */
  readonly close: (issue: number, by: string, reason?: Issue['reason']) => Promise<void>
  readonly reopen: (issue: number, by: string) => Promise<void>
  /** Presses the button of a workflow, such as `.github/workflows/herdbook-button.yml`. */
  readonly press: (workflow: string, inputs: { readonly [name: string]: string }, by: string) => Promise<void>
  /** The hour has come. */
  readonly schedule: (cron: string) => Promise<void>
  readonly deleteFork: (owner: string) => Promise<void>
}

/** `deed` does something alone, then tells its events. */
export function actOn(state: State, deed: <T>(act: () => Promise<T>) => Promise<T>): Act {
  const by = (login: string): ReturnType<typeof person> => person(state, login)
  const silent = (act: () => Promise<unknown>): Promise<void> => deed(async () => void (await act()))
  return {
    push: (push) => deed(() => pushFiles(state, push)),
    reset: (branch, to, login) =>
      deed(async () => {
        demand(state, by(login), 'write')
        await moveBranch(state, by(login), state.owner, branch, to)
      }),
    pushed: (login) => deed(() => noticePushes(state, by(login))),
    openPull: ({ by: login, branch, title, body = '', fork = false, draft = false }) =>
      deed(
        async () =>
          (
            await openPull(state, by(login), {
              title,
              body,
              base: state.defaultBranch,
              head: fork ? `${login}:${branch}` : branch,
              draft,
            })
          ).number,
      ),
    ready: (pull, login) => deed(() => setDraft(state, by(login), pull, false)),
    review: (pull, login, verdict = 'APPROVED') => deed(async () => review(state, by(login), pull, verdict, '').id),
    dismiss: (pull, id, login) => silent(async () => dismiss(state, by(login), pull, id, 'Not so')),
    commitSuggestion: (comment, login) => deed(() => commitSuggestion(state, by(login), comment)),
    merge: (pull, login, method = 'merge') => deed(() => merge(state, by(login), pull, method)),
    enqueue: (pulls, login, method = 'merge') =>
      deed(async () => {
        const group = await enqueue(state, by(login), pulls, method)
        return { ...group, pass: () => deed(group.pass), leave: () => deed(group.leave) }
      }),
    label: (issue, label, login) => silent(() => addLabels(state, by(login), issue, [label])),
    unlabel: (issue, label, login) => silent(() => removeLabel(state, by(login), issue, label)),
    comment: (issue, body, login) => deed(async () => (await addComment(state, by(login), issue, body)).id),
    editComment: (id, body, login) => silent(() => editComment(state, by(login), id, body)),
    openIssue: ({ by: login, title, body, labels = [] }) =>
      deed(async () => (await createIssue(state, by(login), { title, body, labels }, true)).number),
    edit: (issue, change, login) => silent(() => editIssue(state, by(login), issue, change)),
    tick: (issue, text, login) =>
      silent(() => editIssue(state, by(login), issue, { body: ticked(issueOf(state, issue).body ?? '', text) })),
    close: (issue, login, reason = 'completed') =>
      silent(() => editIssue(state, by(login), issue, { state: 'closed', state_reason: reason })),
    reopen: (issue, login) => silent(() => editIssue(state, by(login), issue, { state: 'open' })),
    press: (workflow, inputs, login) =>
      deed(async () => {
        demand(state, by(login), 'write')
        safeWrite(state, by(login), 'workflow_dispatch', { inputs, ref: `refs/heads/${state.defaultBranch}`, workflow })
      }),
    schedule: (cron) => deed(async () => void state.outbox.push({ name: 'schedule', payload: { schedule: cron } })),
    deleteFork: (owner) => deed(() => deleteFork(state, by(owner))),
  }
}

async function pushFiles(state: State, push: Push): Promise<string> {
  const { by, branch, files = {}, message = 'Change', fork = false, onto, author = by, committer = by } = push
  const actor = person(state, by)
  demand(state, actor, fork ? 'read' : 'write')
  const owner = fork ? actor.user.login : state.owner
  const parent =
    onto ??
    (await state.git.tip(refOf(state, owner, branch))) ??
    (await state.git.tip(`refs/heads/${state.defaultBranch}`))
  const names = { author: namedAs(state, author), committer: namedAs(state, committer) }
  const commit = await commitFiles(state.git, parent, files, { message, ...names, date: state.now() })
  if (committer === WEB_FLOW) state.signed.add(commit)
  await moveBranch(state, actor, owner, branch, commit)
  return commit
}

function namedAs(state: State, name: string): Signature {
  if (name === WEB_FLOW) return GITHUB
  return name.includes('@') ? { name: name.replace(/@.*/, ''), email: name } : signatureOf(userOf(state, name))
}

function ticked(body: string, text: string): string {
  const lines = body.split('\n')
  const at = lines.flatMap((line, number) => (line.includes(text) && /^\s*[-*] \[ \] /.test(line) ? [number] : []))
  if (at.length !== 1) throw new Error(`${at.length} lines with an empty checkbox hold ${text}`)
  return lines.map((line, number) => (number === at[0] ? line.replace('[ ]', '[x]') : line)).join('\n')
}
