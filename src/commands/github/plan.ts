import { decides, type PullRequest } from '../../clients/forge.ts'
import { HerdbookError, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import type { FileSource } from '../../instance/source.ts'
import { fileOf, isEnough, takesOwner } from '../../approvals/owned.ts'
import { KINDS } from '../../providers/mastodon/kinds/index.ts'
import { current, formsIn, missing } from '../../reconcile/approvals.ts'
import { refOf } from '../../reconcile/batches.ts'
import { exitOfPlan } from '../../reconcile/exit.ts'
import { approvalsBy, marksBlock, marksOf, sealComment } from '../../reconcile/marks.ts'
import type { ObjectRef, Step } from '../../reconcile/types.ts'
import type { Session } from '../session.ts'
import { conceal, concealedProblems, disclosure } from '../../render/conceal.ts'
import { code } from '../../render/markdown-text.ts'
import type { Files } from '../../render/markdown-findings.ts'
import { renderMarkdown, showsPlanOf } from '../../render/markdown.ts'
import { renderFailure } from '../../render/failure.ts'
import { PLAN_LABEL } from '../../render/differences.ts'
import { listed } from '../../render/text.ts'
import { say, tell } from '../io.ts'
import { ownersIn, OWNERS_LINE } from '../owners.ts'
import { withProgress } from '../progress.ts'
import { openProposal, textsIn, type Merge, type Proposal } from '../proposal.ts'
import { planProposal } from '../../reconcile/propose.ts'
import { subjectOf } from '../planning.ts'
import { connectTo } from '../providers.ts'
import { approvable } from './approvable.ts'
import { handsBehind, type Hands } from './behind.ts'
import { showsFilesOf } from './checked.ts'
import { cleanMerges } from './clean-merges.ts'
import { offerConsent } from './consent.ts'
import { laterOf, telling } from './failed.ts'
import { expect, type Job } from './job.ts'
import { contextOf } from './context.ts'
import type { EventOf } from './event.ts'
import { tellMended } from './mended.ts'
import { baseOf, environmentFor, mergeOf, type Base, type Merging } from './merge.ts'
import { checkLine, oneLine, stateOf, stepNotes } from './reports.ts'
import { markerOf, ours, stick } from './sticky.ts'
import { saidIn, type Said } from './trailers.ts'

/** GitHub takes a mebibyte for the summary of a step. */
const SUMMARY = 1_000_000

/** Plans a pull request against the live server: one of this repository's own branches, or one that somebody who decides has asked for. */
export async function run(job: Job): Promise<void> {
  const { event } = expect(job, ['pull_request_target', 'issue_comment'])
  const asking = askingIn(event)
  if (asking === null) return say(job.io, 'Nobody asked for a plan.')
  // anybody may comment: what they may do is asked before anything else costs requests
  if (asking.by !== null && !(await decidesHere(job, event.number, asking)))
    return say(job.io, `@${asking.by} may not write here, so nothing was asked of the live server.`)
  const [pull, base] = await Promise.all([job.forge.pullRequest(event.number), laterOf(baseOf(job))])
  await telling(job, pull, async () => {
    const no = await whyNot(job, pull, await base(), asking)
    if (no !== null) return say(job.io, no)
    await planAndTell(job, pull, await base())
  })
}

/** Who asks: nobody where a branch was pushed or a pull request opened. `commit` is the one that they looked at, where they name it; `labelled` says when a label was given. */
type Asking =
  | { readonly by: null }
  | {
      readonly by: string
      readonly label: boolean
      readonly labelled: string | null
      readonly commit: string | undefined
    }

/** What an event asks for; null where that is nothing. */
function askingIn(event: EventOf<'pull_request_target' | 'issue_comment'>): Asking | null {
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
async function decidesHere(
  { forge }: Job,
  number: number,
  { by, label }: Extract<Asking, { by: string }>,
): Promise<boolean> {
  const decided = decides(await forge.permission(by))
  if (label) await forge.removeLabel(number, PLAN_LABEL)
  return decided
}

/** Why live is not asked about this very commit, said where that helps somebody; null where it may be. */
async function whyNot({ event, forge }: Job, pull: PullRequest, base: Base, asking: Asking): Promise<string | null> {
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
  { base, at: filesAt }: Base,
  at: string | null,
): Promise<boolean> {
  const marker = markerOf(await environmentFor(filesAt(base), null), 'plan')
  const comment = ours(await forge.comments(number), marker)
  if (comment === undefined || at === null || Date.parse(comment.at) > Date.parse(at)) return false
  return showsFilesOf(comment.body, marker, head.commit) || showsPlanOf(comment.body, head.commit)
}

/** Plans a pull request, writes its comment, reports its check, and tells the summary of the run. Who may ask is for the caller to know. */
export const planPullRequest = (job: Job, pull: PullRequest, base?: Base): Promise<void> =>
  telling(job, pull, () => planAndTell(job, pull, base))

async function planAndTell(job: Job, pull: PullRequest, base?: Base): Promise<void> {
  const merging = await mergeOf(pull, base ?? (await baseOf(job)))
  const outcome = merging.state === 'merged' ? await outcomeOf(job, pull, merging.merge).catch(told) : null
  if (!(await isCurrent(job, pull))) return
  if (merging.state === 'mended') return tellMended(job, pull, merging)
  if (merging.state === 'refused') return tellRefused(job, pull, merging, merging.why)
  if (outcome instanceof HerdbookError) return tellRefused(job, pull, merging, outcome)
  if (outcome) await tellPlanned(job, pull, outcome)
}

function told(error: unknown): HerdbookError {
  if (error instanceof HerdbookError) return error
  throw error
}

interface Outcome extends Awaited<ReturnType<typeof planProposal>> {
  readonly merge: Merge
  readonly proposal: Proposal
  readonly said: Said
  /** Files of kinds that merging would change. */
  readonly changed: ReadonlySet<string>
}

async function outcomeOf({ io, event }: Job, pull: PullRequest, merge: Merge): Promise<Outcome> {
  const [proposal, commits] = await Promise.all([
    openProposal(merge),
    merge.repository.log(merge.head, { after: merge.base, limit: MOST_COMMITS }),
  ])
  const clean = await cleanMerges(merge.repository, commits, merge.base)
  const said = saidIn(
    commits.filter(({ id }) => !clean.has(id)),
    pull.head.branch,
    proposal.session.sealing,
  )
  const wished = said.restore
  const changed = await changedAmong(merge, [...new Set(KINDS.map(({ file }) => file))])
  // A stranger asks for files only; and what owners decide is decided where they are asked.
  const mayRestore = (ref: ObjectRef): boolean =>
    pull.head.repository === event.repository && (!takesOwner(ref) || changed.has(fileOf(ref)))
  const restore = wished.filter(mayRestore)
  const ignored = wished
    .filter((ref) => !mayRestore(ref))
    .map((ref) => `restoring ${ref}, which has to come with a change of its file on a branch of this repository`)
  const connected = connectTo(merge.config, io, 'proposal')
  try {
    const planned = await withProgress(io, `Planning #${pull.number}`, () =>
      planProposal(subjectOf(proposal.session), proposal.before, connected.providers, 'live', {
        restore: new Set(restore),
        takeOver: false,
      }),
    )
    return {
      ...planned,
      merge,
      proposal: { ...proposal, edits: { ...proposal.edits, notUsed: [...proposal.edits.notUsed, ...ignored] } },
      said: { ...said, restore },
      changed,
    }
  } finally {
    await connected.close()
  }
}

/** Nobody looks through more. */
const MOST_COMMITS = 250

/** The files that merging would change. */
async function changedAmong({ merged, trusted }: Merge, names: readonly string[]): Promise<ReadonlySet<string>> {
  const textIn = async (files: FileSource, name: string): Promise<string | null> =>
    (await files.list()).some((entry) => entry.name === name && entry.kind === 'file')
      ? (await files.read(name)).toString('utf8')
      : null
  const changed = await Promise.all(
    names.map(async (name) => (await textIn(merged, name)) !== (await textIn(trusted, name))),
  )
  return new Set(names.filter((_, i) => changed[i]))
}

/** Whether the pull request is still what was planned: what is written after it was merged, or over a newer plan, would mislead. */
async function isCurrent({ forge, io }: Job, { number, head }: PullRequest): Promise<boolean> {
  const now = await forge.pullRequest(number)
  if (now.state === 'open' && now.head.commit === head.commit) return true
  say(io, `#${number} has moved on since it was planned: nothing is written.`)
  return false
}

async function tellPlanned(
  job: Job,
  pull: PullRequest,
  { leftover, byFiles, merge, proposal, said, changed, ...whole }: Outcome,
): Promise<void> {
  const { session, edits } = proposal
  const { environment, sealing } = session
  const approved = approvedIn(session, whole.plan.steps)
  const hands = await handsOfLeft(
    job,
    session,
    merge.base,
    whole.plan.steps.filter(({ digest, cause }) => cause === 'change' && leftover.has(digest) && !approved.has(digest)),
  )
  const nobodys = new Set([...hands].flatMap(([digest, people]) => (people === null ? [digest] : [])))
  const { plan, withheld } = approvable({ ...whole, leftover, approved, nobodys }, changed)
  const exit = exitOfPlan(plan)
  const sourceOf = await textsIn(merge.merged)
  const options = {
    kinds: KINDS,
    visibility: job.event.visibility,
    show: session.instance.documents['policy.yaml']?.show ?? {},
    sourceOf,
    filesAt: filesAt(job, pull, merge),
    proposal: {
      pullRequest: pull.number,
      base: merge.base,
      head: merge.head,
      leftover,
      withheld,
      byFiles,
      edits,
      deciding: await decidingOf(
        merge,
        plan.steps.filter(({ digest }) => !withheld.has(digest)),
      ),
      run: job.url,
    },
  }
  const marker = markerOf(environment, 'plan')
  const planned = { pullRequest: pull.number, head: merge.head }
  const sent = plan.steps.filter(({ digest }) => !withheld.has(digest))
  const hidden = marksBlock(marksOf(sent, { pullRequest: pull.number, ...said, along: alongIn(sent, hands) }, sealing))
  // Without a key a mark would be anybody's.
  const comment =
    sealing.key === null
      ? renderMarkdown(plan, { ...options, marker })
      : sealComment(renderMarkdown(plan, { ...options, marker, hidden }), planned, sealing)
  await stick(job, pull.number, marker, comment)
  await job.summarize(renderMarkdown(plan, { ...options, limit: SUMMARY }))
  const told = plan.steps.filter(({ digest }) => !leftover.has(digest) || !withheld.has(digest))
  const shown = conceal({ ...plan, steps: told }, disclosure(options.visibility, options.show))
  tell(job.io, [...session.warnings, ...shown.findings, ...stepNotes(shown, session.instance)], sourceOf)
  await report(job, pull, environment, { exit, description: oneLine(shown, edits) })
  await offerConsent(job, pull, shown, merge, sourceOf)
}

/** Who is behind steps that are left over, by their digests. */
async function handsOfLeft(
  job: Job,
  session: Session,
  base: string,
  steps: readonly Step[],
): Promise<ReadonlyMap<string, Hands>> {
  const hands = await handsBehind(job, session, base, steps.map(refOf))
  return new Map(steps.map((step) => [step.digest, hands.get(refOf(step)) ?? null]))
}

/** Of these steps those that are left over, and who is behind them: whoever that is approves them by no other merge either. */
function alongIn(
  steps: readonly Step[],
  hands: ReadonlyMap<string, Hands>,
): { readonly by: readonly string[]; readonly steps: readonly Step[] } {
  const left = steps.filter(({ digest }) => hands.has(digest))
  return { by: [...new Set(left.flatMap(({ digest }) => [...(hands.get(digest) ?? [])]))], steps: left }
}

/** Who has to approve these steps: an owner, where one is asked; and that one person decides, where only one is named. */
async function decidingOf({ trusted }: Merge, steps: readonly Step[]): Promise<string[]> {
  const owners = await ownersIn(trusted)
  const named = listed(owners.map((owner) => `@${owner}`))
  const asked = steps.some(({ kind, id }) => takesOwner(`${kind}/${id}`))
  if (owners.length === 1) return [`One person decides here: ${named}.`]
  if (!asked) return []
  return [
    owners.length === 0
      ? `This takes an owner, and policy.yaml names none yet. Add to it: ${OWNERS_LINE}`
      : `This takes the approval of an owner who did not ask for it, write it or push it: ${named}.`,
  ]
}

/** Digests of the steps that earlier merges, or somebody by hand, approved already: they wait, and need nothing of this one. */
function approvedIn({ ledger, sealing, io }: Session, steps: readonly Step[]): ReadonlySet<string> {
  const held = current(ledger.approvals, io.now(), formsIn(ledger, io.now()))
  const approvals = [...held, ...approvalsBy(ledger.merges, steps, ledger.approvals, sealing, isEnough)]
  const open = new Set(missing(steps, approvals, sealing))
  return new Set(steps.flatMap((step) => (open.has(step) ? [] : [step.digest])))
}

async function tellRefused(
  job: Job,
  pull: PullRequest,
  merging: Merging,
  { exit, diagnostics }: HerdbookError,
): Promise<void> {
  const { environment } = merging
  const marker = markerOf(environment, 'plan')
  const files: Files =
    merging.state === 'merged'
      ? { sourceOf: await textsIn(merging.merge.merged), filesAt: filesAt(job, pull, merging.merge) }
      : {}
  const options = { ...files, visibility: job.event.visibility, run: job.url }
  await stick(job, pull.number, marker, renderFailure(exit, diagnostics, { ...options, marker }))
  await job.summarize(renderFailure(exit, diagnostics, { ...options, limit: SUMMARY }))
  const shown = concealedProblems(diagnostics, disclosure(options.visibility))
  tell(job.io, shown, files.sourceOf)
  await report(job, pull, environment, { exit, description: firstOf(shown) })
}

const firstOf = (list: readonly Diagnostic[]): string =>
  checkLine(list.find(({ severity }) => severity === 'error')?.message ?? 'Not planned.')

interface Finding {
  readonly exit: ExitCode
  readonly description: string
}

function report(
  { forge, io, url }: Job,
  pull: PullRequest,
  environment: string,
  { exit, description }: Finding,
): Promise<void> {
  const status = { state: stateOf(exit), context: contextOf(environment), description, url }
  io.secrets.abortOnSecret(JSON.stringify(status))
  return forge.report(pull.head.commit, status)
}

/** The folder of the files on the page of the commit that is proposed. */
function filesAt({ io, event }: Job, pull: PullRequest, { repository, head }: Merge): string {
  return `${io.env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${pull.head.repository ?? event.repository}/blob/${head}/${repository.folder}`
}
