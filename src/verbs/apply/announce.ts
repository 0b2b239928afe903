import type { MastodonConnections } from '../../providers/mastodon/connections.ts'
import { post } from '../../providers/mastodon/rest/statuses.ts'
import { HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { policyOf } from '../../instance/policy.ts'
import { partsOf, refOf } from '../../reconcile/object-ref.ts'
import type { AfterNotice } from '../../reconcile/apply/carry-out.ts'
import { sha256 } from '../../reconcile/digest.ts'
import { noticeOf, pending, waitsFor } from '../../reconcile/plan/notices.ts'
import type { Ledger, Notice } from '../../reconcile/ledger/types.ts'
import type { WithheldSteps } from '../../reconcile/apply/outgoing.ts'
import type { ApplyReport, SkippedStep } from '../../reconcile/report.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import type { Plan, Step } from '../../reconcile/plan/types.ts'
import { renderDone, renderNotices } from '../../comments/mastodon-post.ts'
import type { Session } from '../../session/session.ts'
import { NO_NOTICES, NOTICE_FAILED, NOTICE_LATER, NOTICES_FORGOTTEN, noticesGiven } from './texts.ts'

/**
 * If the policy gives members notice: announces the suspensions that sever follows, writes that into the ledger, and
 * holds them back until their day. What can't be announced is held back, too.
 */
export async function giveNotice(
  session: Session,
  plan: Plan,
  withheld: WithheldSteps,
  connections: MastodonConnections,
): Promise<AfterNotice> {
  const now = session.io.now()
  const days = policyOf(session.instance, now).announce?.noticeDays ?? null
  const kept = days === null ? [] : pending(session.ledger.notices, plan.steps, readsOf(plan))
  const known = new Set(kept.map(({ ref }) => ref))
  const ready = plan.steps.filter((step) => step.notice !== undefined && !withheld.has(refOf(step)))
  const fresh = ready.filter((step) => !known.has(refOf(step)))
  const { given, findings } = await announceFirst(session, fresh, (step) => noticeOf(step, now, days ?? 0), connections)
  const notices = [...kept, ...given]
  return {
    ledger: await saveNotices(session, plan, notices),
    withheld: new Map([...withheld, ...early(ready, notices, now, findings.length > 0 ? NOTICE_FAILED : NOTICE_LATER)]),
    findings,
  }
}

/** The steps whose day has not come, and those that were not announced, each with the reason. */
function early(ready: readonly Step[], notices: readonly Notice[], now: Date, unannounced: string): WithheldSteps {
  const known = new Map(notices.map((notice) => [notice.ref, notice]))
  return new Map(
    ready.flatMap((step): [ObjectRef, Omit<SkippedStep, 'step'>][] => {
      const notice = known.get(refOf(step))
      const reason = notice === undefined ? unannounced : waitsFor(notice, now)
      return reason === null ? [] : [[refOf(step), { why: 'not-yet', reason }]]
    }),
  )
}

/** Announces steps; answers what was announced, and why the rest was not. Without a ledger it would announce twice. */
async function announceFirst(
  session: Session,
  fresh: readonly Step[],
  noticeFor: (step: Step) => Notice,
  connections: MastodonConnections,
): Promise<{ readonly given: readonly Notice[]; readonly findings: readonly Diagnostic[] }> {
  const given: Notice[] = []
  const [first] = fresh
  if (first === undefined) return { given, findings: [] }
  if (!session.store)
    return {
      given,
      findings: [
        {
          code: 'no-notice',
          severity: 'error',
          ...NO_NOTICES,
        },
      ],
    }
  const { from } = noticeFor(first)
  for (const { text, steps } of renderNotices(fresh, session.config.domain, from)) {
    const findings = await posted(session, connections, { text, about: ['notice', from, ...steps.map(refOf)] })
    if (findings.length > 0) return { given, findings }
    given.push(...steps.map(noticeFor))
  }
  return { given, findings: [] }
}

/** Writes the notices into the ledger if they have changed. */
async function saveNotices({ ledger, store, run }: Session, plan: Plan, notices: readonly Notice[]): Promise<Ledger> {
  const before = new Set(ledger.notices)
  const given = notices.filter((notice) => !before.has(notice)).length
  if (!store || (given === 0 && notices.length === ledger.notices.length)) return ledger
  return store.save({ ...ledger, notices }, given === 0 ? NOTICES_FORGOTTEN : noticesGiven(given), {
    run,
    source: plan.commit,
    approvedBy: [],
  })
}

const readsOf = ({ reads }: Plan) => {
  const complete = new Set(reads.filter((read) => read.complete).map((read) => read.kind))
  return (ref: ObjectRef): boolean => complete.has(partsOf(ref)[0])
}

/** Posts what was done, in members' words, if the policy says so. A post that fails is a warning and undoes nothing. */
export async function announceDone(
  session: Session,
  { done, remaining }: Pick<ApplyReport, 'done' | 'remaining'>,
  connections: MastodonConnections,
): Promise<readonly Diagnostic[]> {
  if (policyOf(session.instance, session.io.now()).announce === null) return []
  const open = new Set(remaining.map(refOf))
  const blocks = done.filter((step) => step.kind === 'domain-block' && !open.has(refOf(step)))
  const text = renderDone(blocks, session.config.domain)
  if (text === null) return []
  const problems = await posted(session, connections, {
    text,
    about: [session.run, ...blocks.map(({ digest }) => digest)],
  })
  return problems.map((one) => ({ ...one, severity: 'warning' }))
}

interface AnnouncedPost {
  readonly text: string
  /** What the post is about: the same again makes no second post. */
  readonly about: readonly string[]
}

/** Posts a text; answers what went wrong. */
async function posted(
  { io, config, instance }: Session,
  connections: MastodonConnections,
  { text, about }: AnnouncedPost,
): Promise<readonly Diagnostic[]> {
  const { visibility = 'private' } = policyOf(instance, io.now()).announce ?? {}
  try {
    await post(await connections.writing(), {
      text: io.secrets.abortOnSecret(text),
      visibility,
      key: sha256([config.domain, ...about].join('\n')),
    })
    return []
  } catch (error) {
    if (error instanceof HerdbookError) return error.diagnostics
    throw error
  }
}
