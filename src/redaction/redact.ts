import type { Protocol, Check, Plan, Difference, Step, Unmanaged } from '../reconcile/plan/types.ts'
import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Show } from '../instance/documents.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import type { Fields, Value } from '../reconcile/values.ts'
import { HIDDEN, nameHider, withoutAddresses, withoutEmails } from './redact-text.ts'
import { own } from '../instance/get-own.ts'

/** What of the live server may be printed. */
export type Disclosure = { readonly [topic in keyof Required<Show>]: boolean } & {
  readonly email_addresses: boolean
  readonly checks: boolean
  readonly obfuscated_domains: boolean
}

/** For the operator's own terminal. */
export const SHOW_ALL: Disclosure = {
  private_comments: true,
  ip_blocks: true,
  staff: true,
  email_addresses: true,
  checks: true,
  obfuscated_domains: true,
}

/** What is printed where others read: nothing private in public, and in private what the policy opens. */
export function disclosure(visibility: 'public' | 'private', show: Show = {}): Disclosure {
  const open = visibility === 'private'
  return {
    private_comments: open && show.private_comments === true,
    ip_blocks: open && show.ip_blocks === true,
    staff: open && show.staff === true,
    email_addresses: open,
    checks: open,
    obfuscated_domains: open,
  }
}

const PRIVATE_FIELDS: { readonly [kind: string]: { readonly [field: string]: keyof Disclosure } } = {
  'domain-block': { private_comment: 'private_comments' },
  'ip-block': { comment: 'ip_blocks' },
}
const PRIVATE_KINDS: { readonly [kind: string]: keyof Disclosure } = { 'ip-block': 'ip_blocks', moderator: 'staff' }

/** The plan with what may not be shown taken out; what the files say stays. For rendering only: its digest is no longer its own. */
export function redact(plan: Plan, show: Disclosure): Plan {
  if (Object.values(show).every(Boolean)) return plan
  const hush = concealer(plan, show)
  const hushed = hushedBy(hush)
  const protocol = protocolBy(hush)
  const difference = (one: Difference): Difference => ({
    ...one,
    live: one.live && concealFields(one.kind, one.live, show, one.desired),
  })
  return {
    ...plan,
    reads: plan.reads.map((read) => (read.reason === undefined ? read : { ...read, reason: hush(read.reason) })),
    unfinished: plan.unfinished.map(protocol),
    steps: plan.steps.map((step) => concealStep(step, show)),
    drift: plan.drift.map(difference),
    conflicts: plan.conflicts.map(difference),
    takeovers: plan.takeovers.map(difference),
    unmanaged: plan.unmanaged.map((one) => redactUnmanaged(one, show)),
    leftBehind: plan.leftBehind.flatMap(({ ref, remove }) =>
      isPrivate({ kind: ref.slice(0, ref.indexOf('/')) }, show) ? [] : [{ ref, remove: hush(remove) }],
    ),
    waiting: plan.waiting.map((one) => ({ ...one, reason: isPrivate(one, show) ? WAITS : hush(one.reason) })),
    findings: plan.findings.map(hushed),
    checks: plan.checks.map((check) => (show.checks ? concealCheck(check, hush) : hiddenCheck(check))),
  }
}

const concealCheck = ({ hint, ...check }: Check, hush: (text: string) => string): Check => ({
  ...check,
  message: hush(check.message),
  ...(hint === undefined ? {} : { hint: hush(hint) }),
})

/** In public checks are counted. */
const hiddenCheck = ({ code, state }: Check): Check => ({ code, state, about: HIDDEN, message: HIDDEN })

/** How far a protocol got is its far end's own words. */
const protocolBy =
  (hush: (text: string) => string) =>
  (one: Protocol): Protocol => ({ ...one, id: hush(one.id), said: hush(one.said) })

const hushedBy =
  (hush: (text: string) => string) =>
  (one: Diagnostic): Diagnostic => ({
    ...one,
    message: hush(one.message),
    ...(one.hint === undefined ? {} : { hint: hush(one.hint) }),
    ...(one.about === undefined ? {} : { about: hush(one.about) }),
  })

/** For sentences that may hold what a server answered: as far as they may be shown beside this plan. */
function concealer(plan: Plan, show: Disclosure): (text: string) => string {
  const known = addressesIn(plan)
  const unnamed = nameHider(plan.steps.filter((step) => isUnnamed(step, show)).map(({ id }) => id))
  return (text) => mask(unnamed(text), known, show)
}

/** Problems without a plan, as far as they may be shown. What has a place speaks of the files, which whoever reads it can read. */
export const redactedDiagnostics = (list: readonly Diagnostic[], show: Disclosure): Diagnostic[] =>
  list.map((one) => (one.at === undefined ? hushedBy((text) => redactedText(text, show))(one) : one))

/** What a server said, without a plan beside it, as far as it may be shown. */
export const redactedText = (text: string, show: Disclosure): string => mask(text, new Set(), show)

/** Addresses that the files or the ledger name. */
const addressesIn = (plan: Plan): ReadonlySet<string> =>
  new Set(
    [...plan.steps, ...plan.drift, ...plan.conflicts, ...plan.takeovers]
      .filter(({ kind }) => kind === 'ip-block')
      .map(({ id }) => id.replace(/\/.*/, '')),
  )

/** Whether it is nobody's business here which objects of a kind there are. */
export function isPrivate({ kind }: { readonly kind: string }, show: Disclosure): boolean {
  const topic = own(PRIVATE_KINDS, kind)
  return topic !== undefined && !show[topic]
}

/** Whether an account is confirmed, suspended or there at all is between it and the moderators. */
const WAITS = "can't be given a role yet; herdbook plan tells why"

/** A step for what no file ever named, such as the role of somebody whom `only_these` leaves out. */
const isUnnamed = (step: Step, show: Disclosure): boolean => step.unmanaged === true && isPrivate(step, show)

/** The name of a step's object, as far as it may be told. */
export const refShown = (step: Step, show: Disclosure): string =>
  `${step.kind}/${isUnnamed(step, show) ? HIDDEN : step.id}`

function concealStep(step: Step, show: Disclosure): Step {
  const changes = step.changes.map((change) => ({
    ...change,
    before: concealValue(step.kind, change.field, change.before, show),
  }))
  return {
    ...step,
    ...(isUnnamed(step, show) ? { id: HIDDEN } : {}),
    changes,
    seen: concealFields(step.kind, step.seen, show, null),
  }
}

const UNSAID = 'What the server said names somebody, and is not shown here.'

/** The same for what an apply came to. */
export function redactReport(report: ApplyReport, show: Disclosure): ApplyReport {
  if (Object.values(show).every(Boolean)) return report
  const step = (one: Step): Step => concealStep(one, show)
  const hush = concealer(report.plan, show)
  const hushed = hushedBy(hush)
  const unnamed = report.plan.steps.filter((one) => isUnnamed(one, show))
  // A server's own words put names anywhere, and to take out just these would tell them where they are common words.
  const names = ({ message, hint = '' }: Diagnostic): boolean =>
    unnamed.some(({ id }) => `${message}\n${hint}`.toLowerCase().includes(id.toLowerCase()))
  const unnamedIds = new Set(unnamed.map(({ kind, id }) => `${kind}/${id}`))
  return {
    plan: redact(report.plan, show),
    done: report.done.map(step),
    failed: report.failed.map((one) => ({
      step: step(one.step),
      reason: names(hushed(one.reason))
        ? { ...hushed(one.reason), message: UNSAID, hint: 'At a desk all of it is shown: herdbook apply' }
        : hushed(one.reason),
    })),
    skipped: report.skipped.map((one) => ({ ...one, step: step(one.step), reason: hush(one.reason) })),
    notReached: report.notReached.map(step),
    looked: report.looked.map((one) => redactUnmanaged(one, show)),
    paid: report.paid,
    ended: report.ended.map(protocolBy(hush)),
    unfinished: report.unfinished.map(protocolBy(hush)),
    remaining: report.remaining.map((one) => ({
      ...one,
      id: unnamedIds.has(`${one.kind}/${one.id}`) ? HIDDEN : one.id,
      reason: hush(one.reason),
    })),
    findings: report.findings.map(hushed),
  }
}

/** What no file names, as far as it may be shown. */
export function redactUnmanaged(one: Unmanaged, show: Disclosure): Unmanaged {
  // One that is obfuscated everywhere else is not told in clear here.
  const isObfuscated = one.fields['obfuscate'] === true && !show.obfuscated_domains
  return isPrivate(one, show) || isObfuscated
    ? { ...one, id: HIDDEN, mark: '', fields: {} }
    : { ...one, fields: concealFields(one.kind, one.fields, show, null) }
}

/** A live value that is also in the file is no secret. */
function concealFields(kind: string, fields: Fields, show: Disclosure, file: Fields | null): Fields {
  const entries = Object.entries(fields)
  return Object.fromEntries(
    entries.map(([field, value]) => [
      field,
      value === own(file, field) ? value : concealValue(kind, field, value, show),
    ]),
  )
}

/** Whether a live value is not told. */
export function isHidden(kind: string, field: string, value: Value, show: Disclosure): boolean {
  const topic = own(own(PRIVATE_FIELDS, kind), field)
  return topic !== undefined && !show[topic] && value !== null && value !== ''
}

function concealValue(kind: string, field: string, value: Value, show: Disclosure): Value {
  if (isHidden(kind, field, value, show)) return HIDDEN
  return show.email_addresses ? value : emailsHidden(value)
}

function emailsHidden(value: Value): Value {
  if (typeof value === 'string') return withoutEmails(value)
  if (Array.isArray(value)) return value.map(emailsHidden)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, emailsHidden(inner)]))
}

/** Sentences that may hold what a server answered: e-mail and IP addresses that the plan does not name. */
function mask(text: string, known: ReadonlySet<string>, show: Disclosure): string {
  const quiet = show.email_addresses ? text : withoutEmails(text)
  return show.ip_blocks ? quiet : withoutAddresses(quiet, known)
}
