import { Command } from '@commander-js/extra-typings'
import { canWrite, type PullRequest } from '../forges/forge.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { isUnwanted } from '../instance/yaml/characters.ts'
import { accountId } from '../providers/mastodon/kinds/community/accounts.ts'
import { KINDS } from '../providers/index.ts'
import { counted } from '../words/added-by-hand.ts'
import { code, fence, prose } from '../comments/markdown.ts'
import { renderMarkdown } from '../comments/plan.ts'
import { run as approve } from '../verbs/approve.ts'
import { domainIn } from '../verbs/block.ts'
import { OWNERS_ENVIRONMENT } from '../setup/environment-names.ts'
import { demoteNow } from '../verbs/demote/now.ts'
import { draftDemotion, known } from '../verbs/demote.ts'
import { leave } from '../verbs/leave.ts'
import { type Io } from '../session/io.ts'
import type { VerbModule } from '../command-line/main.ts'
import { verb as pause } from '../verbs/pause.ts'
import { planNow } from '../session/planning.ts'
import { verb as resume } from '../verbs/resume.ts'
import { draftLifted } from '../verbs/unblock.ts'
import { signNow } from '../verbs/ledger.ts'
import { openCommitted } from '../session/session.ts'
import { verb as unlock } from '../verbs/unlock.ts'
import { demandForLeaving, demandOwner, ownChanges, ownersNow } from '../approvals/authority.ts'
import { openCheckout, propose } from './open-pull-request.ts'
import { refresh } from './drift.ts'
import { refuseGround } from '../approvals/checkout-config.ts'
import { expect, inNameOf, isRerun, type Job } from '../session/job.ts'
import { planPullRequest } from './plan.ts'
import { askedBy, type Asking, branchFor, proposeAdoption, proposeRestore, refsOf, titled } from './adopt-or-restore.ts'
import { stateOf } from './status-check.ts'
import { own } from '../instance/get-own.ts'
import { connectTo } from '../session/connect.ts'

/** What somebody wrote beside the button: anything. */
interface Pressed {
  readonly object: string
  readonly reason: string
  readonly by: string
}

/** What each button does; answers what the summary says of it. */
const BUTTONS: { readonly [verb: string]: (job: Job, pressed: Pressed) => Promise<string> } = {
  plan: (job, { object }) => (object === '' ? planOfBranch(job) : planOfPull(job, object)),
  adopt: (job, pressed) =>
    proposing(job, async () =>
      proposeAdoption(job, await openCheckout(job), refsOf([pressed.object]), asking(pressed)),
    ),
  restore: (job, pressed) =>
    proposing(job, async () => proposeRestore(job, await openCheckout(job), refsOf([pressed.object]), asking(pressed))),
  leave: leaving,
  unblock: (job, pressed) => proposing(job, () => lifted(job, pressed)),
  unlock: (job, { object, by }) => running(job, by, unlock, object === '' ? [] : ['--', object]),
  approve: approving,
  pause: (job, { reason, by }) => running(job, by, pause, ['--wait', '--', because(reason)]),
  resume: resuming,
  begin: (_job, pressed) => behind('The apply behind this may be the first one and change the server', pressed),
  'new-history': (_job, pressed) =>
    behind('The apply behind this takes the history of the default branch as it was rewritten', pressed),
  'new-key': signing,
  demote: demoting,
}

/** What decides about the server, and takes an owner. The others propose, or stop. */
const AUTHORITY: ReadonlySet<string> = new Set(['unlock', 'approve', 'demote', 'begin', 'new-history', 'new-key'])

/** What is never done by starting a run again: it was meant for what somebody saw. */
const ONCE: ReadonlySet<string> = new Set(['leave', 'approve', 'begin', 'new-history', 'new-key', 'demote'])

/** Does what a maintainer pressed the button for. */
export async function run(job: Job): Promise<void> {
  const { event, forge } = expect(job, ['workflow_dispatch'])
  const { verb = '', object = '', reason = '' } = event.inputs
  const button = own(BUTTONS, verb)
  if (button === undefined)
    return fail(EXIT.invalid, 'no-button', `There is no button ${JSON.stringify(verb.slice(0, 40))}.`, {
      hint: `One of ${Object.keys(BUTTONS).join(', ')}.`,
    })
  if (!canWrite(await forge.permission(event.sender)))
    return fail(
      EXIT.refused,
      'not-allowed',
      `@${event.sender} may not write to this repository, so nothing was done.`,
      { hint: 'Ask somebody who may to press it.' },
    )
  if (AUTHORITY.has(verb)) await refuseGround(job)
  if (AUTHORITY.has(verb)) await demandOwner(job, event.sender)
  if (ONCE.has(verb) && isRerun(job.io))
    return fail(EXIT.refused, 'run-again', 'This was pressed for what there was then, so nothing was done.', {
      hint: 'Press the button anew.',
    })
  await job.summarize(
    await button(job, { object: lineIn('object', object), reason: lineIn('reason', reason), by: event.sender }),
  )
}

const LONGEST = 300

function lineIn(name: string, text: string): string {
  if (!/[\r\n]/.test(text) && !isUnwanted(text) && text.length <= LONGEST) return text
  return fail(EXIT.invalid, 'odd-input', `The ${name} has to be one line of text, of at most ${LONGEST} characters.`, {
    hint: 'Press the button again and write less.',
  })
}

/** The beginning of a plan's digest, as a summary shows it. */
const DIGEST = /^[0-9a-f]{16,64}$/

const meant = (object: string): string =>
  object === ''
    ? fail(EXIT.invalid, 'no-object', 'What is approved?', {
        hint: 'Write one KIND/ID. For all that a plan shows: press plan with nothing beside it, look at its summary, and write the 16 digits of that plan.',
      })
    : object
const because = (reason: string): string =>
  reason === ''
    ? fail(EXIT.invalid, 'no-reason', 'This needs a reason, which the ledger keeps.', {
        hint: 'Press the button again and write why.',
      })
    : reason
const asking = ({ by, reason }: Pressed): Asking => ({ origin: askedBy(by, reason), by })

/** What the apply of the same run goes by: here stands who let it. */
const behind = (what: string, { by, reason }: Pressed): Promise<string> =>
  Promise.resolve(`${what}. ${askedBy(by, because(reason))}`)

/** The pull request, planned: what a workflow's own token opens starts no workflow. */
async function proposing(job: Job, made: () => Promise<PullRequest | null>): Promise<string> {
  const pullRequest = await made()
  if (pullRequest === null) return 'Nothing to propose: the files say so already.'
  await planPullRequest(job, pullRequest)
  return `Proposed in #${pullRequest.number}.`
}

async function lifted(job: Job, { object, reason, by }: Pressed): Promise<PullRequest | null> {
  const domain = domainIn(object.replace(/^domain-block\//, ''))
  const why = because(reason)
  const desk = await openCheckout(job)
  const { edits, said, subject } = await draftLifted(job.io, desk.session, [domain], { emptied: why })
  const body = [askedBy(by, why), ...said.map(prose)].join('\n\n')
  return propose(job, desk, {
    branch: branchFor('unblock', [domain]),
    edits,
    title: subject,
    note: `The block of ${titled([domain])} is lifted.`,
    body,
    askedBy: [by],
  })
}

async function planOfBranch(job: Job): Promise<string> {
  const { session, whole } = await openCheckout(job)
  const connected = connectTo(whole.config, job.io, 'proposal')
  try {
    const { plan } = await planNow(whole, connected.providers)
    return renderMarkdown(plan, {
      kinds: KINDS,
      visibility: job.event.visibility,
      show: session.instance.documents['policy.yaml']?.show ?? {},
      limit: 1_000_000,
    })
  } finally {
    await connected.close()
  }
}

/** A pull request by its number. One from a fork by its commit as well: it may have moved since somebody looked at it. */
async function planOfPull(job: Job, object: string): Promise<string> {
  const [, number = '', commit] = /^#?([1-9]\d{0,8})(?:\s+([0-9a-f]{12,64}))?$/.exec(object) ?? []
  if (number === '')
    fail(EXIT.invalid, 'no-such-object', 'That is not the number of a pull request.', {
      hint: 'Write it as 12, or leave it empty to plan the default branch.',
    })
  const pull = await job.forge.pullRequest(Number(number))
  if (pull.state !== 'open' || pull.base.branch !== job.event.defaultBranch)
    fail(EXIT.invalid, 'not-open', `#${number} is not an open pull request for ${job.event.defaultBranch}.`, {
      hint: 'Look at its number in the list of pull requests. To plan the default branch, leave it empty.',
    })
  const own = pull.head.repository === job.event.repository
  const hint = `Look at its commit, then write: ${number} ${pull.head.commit.slice(0, 12)}`
  if (commit === undefined && !own)
    fail(EXIT.refused, 'another-commit', `#${number} is from a fork, and may move after you looked at it.`, { hint })
  if (commit !== undefined && !pull.head.commit.startsWith(commit))
    fail(EXIT.refused, 'another-commit', `#${number} is at another commit by now, so nothing was planned.`, { hint })
  await planPullRequest(job, pull)
  return `Planned #${number}.`
}

/** By hand, and by nobody whose own changes these are. */
async function approving(job: Job, { object, reason, by }: Pressed): Promise<string> {
  const isPlan = DIGEST.test(object)
  const why = because(reason)
  return named(job, by, (io) =>
    approve(
      io,
      why,
      isPlan ? [] : refsOf([meant(object)]),
      { yes: true, ...(isPlan ? { plan: object } : {}) },
      (session, steps) => ownChanges(job, session, steps, by),
    ),
  )
}

/** What was added by hand stays; of what owners look after, an owner says so. */
async function leaving(job: Job, { object, reason, by }: Pressed): Promise<string> {
  const [refs, why] = [refsOf([meant(object)]), because(reason)]
  await demandForLeaving(job, refs, by)
  const left = await leave(inNameOf(job.io, by), refs, why, { wait: true })
  await refresh(job)
  return `Left on the server, in no file, in the name of ${code(`@${by}`)}: ${counted(
    left.map(({ one }) => one),
    KINDS,
  )}.`
}

/** A pause is ended by whoever paused, or by an owner, where there are any. */
async function resuming(job: Job, { by }: Pressed): Promise<string> {
  const { ledger } = await openCommitted(job.io, await job.clone())
  const isTheirs = ledger.paused === null || ledger.paused.by.toLowerCase() === by.toLowerCase()
  if (!isTheirs && (await ownersNow(job)).length > 0) await demandOwner(job, by)
  return running(job, by, resume, ['--wait'])
}

/** At once, and then out of the files by a pull request. */
async function demoting(job: Job, { object, reason, by }: Pressed): Promise<string> {
  const [why, account] = [because(reason), object.replace(/^(?:moderator\/|@)/, '').toLowerCase()]
  if (!/^[a-z0-9_]{1,30}$/.test(account))
    fail(EXIT.invalid, 'no-account', 'Whose role is taken away?', {
      hint: 'Write the name of the account alone: alice',
    })
  const done = await named(job, by, async (io) => void (await demoteNow(io, account, why, { yes: true })))
  const desk = await openCheckout(job)
  const isNamed =
    desk.session.instance.documents['moderators.yaml']?.moderators?.some(
      (one) => accountId(one.account) === account,
    ) === true
  const left = [
    'What else they may know or hold, and what changes it:',
    ...known(desk.whole.config).map((line) => `- ${prose(line)}`),
  ].join('\n')
  if (!isNamed) return `${done}\n\n${left}`
  const { edits, said, subject } = await draftDemotion(job.io, desk.session, account, { emptied: why })
  const body = [askedBy(by, why), 'The role is gone on the server already.', ...said.map(prose)].join('\n\n')
  const pullRequest = await propose(job, desk, {
    branch: branchFor('demote', [account]),
    edits,
    title: subject,
    note: 'The role was taken away at once.',
    body,
    askedBy: [by],
  })
  await planPullRequest(job, pullRequest)
  return `${done} Proposed in #${pullRequest.number}.\n\n${left}`
}

/** Shows first what signing would come to; a second press with the digits that it showed does it. Where nobody looks at it, it is done at a desk. */
async function signing(job: Job, { object, reason, by }: Pressed): Promise<string> {
  const why = because(reason)
  const reviewers = await job.forge.environmentReviewers(OWNERS_ENVIRONMENT)
  if (reviewers === null || reviewers.reviewers.length === 0) {
    fail(
      EXIT.refused,
      'desk-only',
      `The ledger is signed anew at a desk only: nobody has to look at what runs in the Environment ${OWNERS_ENVIRONMENT}.`,
      { hint: 'From a clone: herdbook ledger sign "why". Or let the owners review that Environment: herdbook doctor' },
    )
  }
  if (object !== '' && !DIGEST.test(object))
    fail(EXIT.invalid, 'no-digest', 'That is not what it showed.', {
      hint: 'Press it with nothing beside it, look at the summary, and write the 16 digits that it shows.',
    })
  return fence(
    (await signNow(inNameOf(job.io, by), why, object === '' ? { show: true } : { confirm: object })).split('\n'),
    '',
  )
}

/** A verb of the command line in somebody's name. What they wrote comes after \`--\`: it is never an option. */
const running = (job: Job, by: string, verb: VerbModule['verb'], args: readonly string[]): Promise<string> =>
  named(
    job,
    by,
    async (io) => void (await verb(new Command('herdbook').exitOverride(), io).parseAsync(args, { from: 'user' })),
  )

async function named({ io }: Job, by: string, work: (io: Io) => Promise<void>): Promise<string> {
  const theirs = inNameOf(io, by)
  await work(theirs)
  // A plan that holds something else is no failure of this.
  io.exit = stateOf(theirs.exit) === 'success' ? EXIT.ok : theirs.exit
  return `In the name of ${code(`@${by}`)}. The log of this run says what came of it.`
}
