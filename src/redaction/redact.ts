import { partsOf } from '../reconcile/object-ref.ts'
import type { Protocol, Check, Plan, Difference, Step, UnmanagedObject } from '../reconcile/plan/types.ts'
import type { Diagnostic } from '../instance/diagnostic.ts'
import type { Show } from '../instance/documents.ts'
import type { ApplyReport } from '../reconcile/report.ts'
import type { Fields, Value } from '../instance/values.ts'
import { ANSWER_NOT_SHOWN, CANNOT_GET_ROLE } from './texts.ts'
import { HIDDEN, nameHider, withoutAddresses, withoutEmails } from './redact-text.ts'
import { own } from '../instance/get-own.ts'
import { kindNamed } from '../providers/kinds.ts'

/** What may be printed about the server. */
export type Disclosure = { readonly [topic in keyof Required<Show>]: boolean } & {
  readonly email_addresses: boolean
  readonly checks: boolean
  readonly obfuscated_domains: boolean
}

/** For a person's own terminal. */
export const SHOW_ALL: Disclosure = {
  private_comments: true,
  ip_blocks: true,
  staff: true,
  email_addresses: true,
  checks: true,
  obfuscated_domains: true,
}

/** What may be printed where others read: nothing private in public; in private, what the policy allows. */
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

/** The plan without what may not be shown; what the files say stays. For rendering only: its digest no longer fits. */
export function redact(plan: Plan, show: Disclosure): Plan {
  if (Object.values(show).every(Boolean)) return plan
  const redactSentence = textRedactor(plan, show)
  const redactDiagnostic = diagnosticRedactor(redactSentence)
  const protocol = protocolRedactor(redactSentence)
  const difference = (one: Difference): Difference => ({
    ...one,
    live: one.live && redactFields(one.kind, one.live, show, one.desired),
  })
  return {
    ...plan,
    reads: plan.reads.map((read) =>
      read.reason === undefined ? read : { ...read, reason: redactSentence(read.reason) },
    ),
    unfinished: plan.unfinished.map(protocol),
    steps: plan.steps.map((step) => redactStep(step, show)),
    drift: plan.drift.map(difference),
    conflicts: plan.conflicts.map(difference),
    takeovers: plan.takeovers.map(difference),
    unmanaged: plan.unmanaged.map((one) => redactUnmanaged(one, show)),
    leftBehind: plan.leftBehind.flatMap(({ ref, remove }) =>
      isPrivate({ kind: partsOf(ref)[0] }, show) ? [] : [{ ref, remove: redactSentence(remove) }],
    ),
    waiting: plan.waiting.map((one) => ({
      ...one,
      reason: isPrivate(one, show) ? CANNOT_GET_ROLE : redactSentence(one.reason),
    })),
    findings: plan.findings.map(redactDiagnostic),
    checks: plan.checks.map((check) => (show.checks ? redactCheck(check, redactSentence) : hiddenCheck(check))),
  }
}

const redactCheck = ({ hint, ...check }: Check, redactSentence: (text: string) => string): Check => ({
  ...check,
  message: redactSentence(check.message),
  ...(hint === undefined ? {} : { hint: redactSentence(hint) }),
})

/** In public, checks are only counted. */
const hiddenCheck = ({ code, state }: Check): Check => ({ code, state, about: HIDDEN, message: HIDDEN })

/** A protocol's state is in its far end's own words. */
const protocolRedactor =
  (redactSentence: (text: string) => string) =>
  (one: Protocol): Protocol => ({ ...one, id: redactSentence(one.id), said: redactSentence(one.said) })

const diagnosticRedactor =
  (redactSentence: (text: string) => string) =>
  (one: Diagnostic): Diagnostic => ({
    ...one,
    message: redactSentence(one.message),
    ...(one.hint === undefined ? {} : { hint: redactSentence(one.hint) }),
    ...(one.about === undefined ? {} : { about: redactSentence(one.about) }),
  })

/** Redacts sentences that may hold a server's answer; what this plan names stays. */
function textRedactor(plan: Plan, show: Disclosure): (text: string) => string {
  const known = namedIn(plan)
  const unnamed = nameHider(plan.steps.filter((step) => isUnnamed(step, show)).map(({ id }) => id))
  return (text) => mask(unnamed(text), known, show)
}

/** Problems without a plan, redacted. One with a place is about the files, which its readers can read anyway. */
export const redactedDiagnostics = (list: readonly Diagnostic[], show: Disclosure): Diagnostic[] =>
  list.map((one) => (one.at === undefined ? diagnosticRedactor((text) => redactedText(text, show))(one) : one))

/** A server's answer without a plan, redacted. */
export const redactedText = (text: string, show: Disclosure): string => mask(text, new Set(), show)

/** Names of objects that the files or the ledger have, some of which are addresses. */
const namedIn = (plan: Plan): ReadonlySet<string> =>
  new Set([...plan.steps, ...plan.drift, ...plan.conflicts, ...plan.takeovers].map(({ id }) => id.replace(/\/.*/, '')))

/** Whether the objects of a kind may not be named. */
export function isPrivate({ kind }: { readonly kind: string }, show: Disclosure): boolean {
  const topic = kindNamed(kind)?.private
  return topic !== undefined && !show[topic]
}

/** A step for an object that is in no file, such as the role of a person that `only_these` leaves out. */
const isUnnamed = (step: Step, show: Disclosure): boolean => step.unmanaged === true && isPrivate(step, show)

/** The name of a step's object, if it may be shown. */
export const refShown = (step: Step, show: Disclosure): string =>
  `${step.kind}/${isUnnamed(step, show) ? HIDDEN : step.id}`

function redactStep(step: Step, show: Disclosure): Step {
  const changes = step.changes.map((change) => ({
    ...change,
    before: redactValue(step.kind, change.field, change.before, show),
  }))
  return {
    ...step,
    ...(isUnnamed(step, show) ? { id: HIDDEN } : {}),
    changes,
    seen: redactFields(step.kind, step.seen, show, null),
  }
}

/** The same for an apply's report. */
export function redactReport(report: ApplyReport, show: Disclosure): ApplyReport {
  if (Object.values(show).every(Boolean)) return report
  const step = (one: Step): Step => redactStep(one, show)
  const redactSentence = textRedactor(report.plan, show)
  const redactDiagnostic = diagnosticRedactor(redactSentence)
  const unnamed = report.plan.steps.filter((one) => isUnnamed(one, show))
  // A server's answer may hold a name anywhere: to take out only the name would reveal it if it is a common word.
  const holdsName = ({ message, hint = '' }: Diagnostic): boolean =>
    unnamed.some(({ id }) => `${message}\n${hint}`.toLowerCase().includes(id.toLowerCase()))
  const unnamedIds = new Set(unnamed.map(({ kind, id }) => `${kind}/${id}`))
  return {
    plan: redact(report.plan, show),
    done: report.done.map(step),
    failed: report.failed.map((one) => ({
      step: step(one.step),
      reason: holdsName(redactDiagnostic(one.reason))
        ? { ...redactDiagnostic(one.reason), ...ANSWER_NOT_SHOWN }
        : redactDiagnostic(one.reason),
    })),
    skipped: report.skipped.map((one) => ({ ...one, step: step(one.step), reason: redactSentence(one.reason) })),
    notReached: report.notReached.map(step),
    looked: report.looked.map((one) => redactUnmanaged(one, show)),
    paid: report.paid,
    ended: report.ended.map(protocolRedactor(redactSentence)),
    unfinished: report.unfinished.map(protocolRedactor(redactSentence)),
    remaining: report.remaining.map((one) => ({
      ...one,
      id: unnamedIds.has(`${one.kind}/${one.id}`) ? HIDDEN : one.id,
      reason: redactSentence(one.reason),
    })),
    findings: report.findings.map(redactDiagnostic),
  }
}

/** An object in no file, redacted. */
export function redactUnmanaged(one: UnmanagedObject, show: Disclosure): UnmanagedObject {
  // A domain that is obfuscated everywhere else is not shown in clear here.
  const isObfuscated = one.fields['obfuscate'] === true && !show.obfuscated_domains
  return isPrivate(one, show) || isObfuscated
    ? { ...one, id: HIDDEN, mark: '', fields: {} }
    : { ...one, fields: redactFields(one.kind, one.fields, show, null) }
}

/** A live value that is also in the files is not private. */
function redactFields(kind: string, fields: Fields, show: Disclosure, file: Fields | null): Fields {
  const entries = Object.entries(fields)
  return Object.fromEntries(
    entries.map(([field, value]) => [
      field,
      value === own(file, field) ? value : redactValue(kind, field, value, show),
    ]),
  )
}

/** Whether a live value may not be shown. */
export function isHidden(kind: string, field: string, value: Value, show: Disclosure): boolean {
  const topic = kindNamed(kind)?.fields.find(({ name }) => name === field)?.private
  return topic !== undefined && !show[topic] && value !== null && value !== ''
}

function redactValue(kind: string, field: string, value: Value, show: Disclosure): Value {
  if (isHidden(kind, field, value, show)) return HIDDEN
  return show.email_addresses ? value : withoutEmailsIn(value)
}

function withoutEmailsIn(value: Value): Value {
  if (typeof value === 'string') return withoutEmails(value)
  if (Array.isArray(value)) return value.map(withoutEmailsIn)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutEmailsIn(inner)]))
}

/** A sentence without e-mail addresses, and without IP addresses that the plan does not name. */
function mask(text: string, known: ReadonlySet<string>, show: Disclosure): string {
  const quiet = show.email_addresses ? text : withoutEmails(text)
  return show.ip_blocks ? quiet : withoutAddresses(quiet, known)
}
