import { openReader } from '../../providers/mastodon/reader.ts'
import type { Issue } from '../../forges/forge.ts'
import type { Answers } from '../../forges/form-answers.ts'
import type { DomainBlock } from '../../instance/documents.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { bothForms, parentsOf } from '../../instance/domains.ts'
import { FORMS, type FormName } from '../../forges/issue-form-texts.ts'
import { namedDomain } from '../../instance/named-domain.ts'
import { severityOf, STRENGTH, type BlockSeverity } from '../../instance/severity.ts'
import { permissionNames } from '../../providers/mastodon/kinds/role/permissions.ts'
import { hasEnded } from '../../providers/mastodon/kinds/common.ts'
import { accountId, ACCOUNTS, obstacleOf } from '../../providers/mastodon/kinds/accounts.ts'
import { ROLES } from '../../providers/mastodon/kinds/role/table.ts'
import { tableIn } from '../../providers/mastodon/tables.ts'
import { draftBlocks, domainIn } from '../../verbs/block.ts'
import type { FilesDraft } from '../../session/write-instance.ts'
import { usedConsents } from '../../verbs/block/measure.ts'
import { draftPromotion } from '../../verbs/promote.ts'
import type { Session } from '../../session/session.ts'
import { draftLifted } from '../../verbs/unblock.ts'
import { draftRule } from './rule.ts'
import {
  ACCOUNT_THAT_IS_THERE,
  blockedAlready,
  blockedMoreStrictly,
  cannotLogIn,
  FOLLOWS_MEASURED,
  holderPowerful,
  isItThem,
  isRightServer,
  lastBlockLifted,
  LETTERS_CHANGED,
  NO_ACCOUNT,
  parentBlocked,
  PUBLIC_COMMENT,
  reasonTooLong,
  rolePowerful,
  ROLES_NOT_READ,
  RULE_WORDS,
  UNKNOWN_SEVERITY,
  unknownRole,
  whatHasChanged,
} from './texts.ts'

/** The change that an issue form asks for, as the verbs make it. */
export interface FormRequest {
  readonly draft: FilesDraft
  /** What a person must check before the merge. */
  readonly questions: readonly string[]
}

type AnswersOf<Name extends FormName> = Extract<Answers, { readonly form: Name }>['answers']

/** Drafts what a form asks for. Throws (exit 9) if that cannot be, with what to write instead. */
export function requestFor(session: Session, form: Answers, issue: Issue): Promise<FormRequest> {
  switch (form.form) {
    case 'block':
      return block(session, form.answers, issue)
    case 'unblock':
      return lift(session, form.answers, issue)
    case 'promote':
      return promote(session, form.answers)
    case 'rule':
      return rule(session, form.answers)
  }
}

const one = ([answer = '']: readonly string[]): string => answer
const maybe = <Key extends string>(key: Key, [answer]: readonly string[]): { readonly [K in Key]?: string } =>
  answer === undefined ? {} : ({ [key]: answer } as { readonly [K in Key]: string })
const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Mastodon shows a public comment in a list. */
const MAX_COMMENT = 500

async function block(
  session: Session,
  { domain, severity, refuse, why }: AnswersOf<'block'>,
  issue: Issue,
): Promise<FormRequest> {
  const name = domainIn(one(domain))
  const strictness =
    severityOf(one(severity).split(':')[0] ?? '') ??
    fail(EXIT.invalid, 'unknown-severity', UNKNOWN_SEVERITY.message, { hint: UNKNOWN_SEVERITY.hint })
  const comment = onOneLine(one(why))
  if (comment.length > MAX_COMMENT) {
    const { message, hint } = reasonTooLong({ length: comment.length, max: MAX_COMMENT })
    fail(EXIT.invalid, 'too-long', message, { hint })
  }
  const [media, reports] = FORMS.block.fields.refuse.options
  const flags = {
    ...(refuse.includes(media) ? { rejectMedia: true as const } : {}),
    ...(refuse.includes(reports) ? { rejectReports: true as const } : {}),
  }
  refuseCovered(session, name, {
    severity: strictness,
    media: 'rejectMedia' in flags,
    reports: 'rejectReports' in flags,
  })
  const draft = await draftBlocks(
    session.io,
    session,
    [name],
    strictness,
    { ...flags, publicComment: comment, reportedIn: issue.url },
    usedConsents(session.ledger),
  )
  return {
    draft,
    questions: [
      `${isRightServer(bothForms(name))}${lettersChanged(one(domain)) ? ` ${LETTERS_CHANGED}` : ''}`,
      PUBLIC_COMMENT,
      ...(strictness === 'suspend' ? [FOLLOWS_MEASURED] : []),
    ],
  }
}

function lettersChanged(written: string): boolean {
  const name = namedDomain(written)
  return 'domain' in name && name.changed !== undefined
}

interface AskedStrictness {
  readonly severity: BlockSeverity
  readonly media: boolean
  readonly reports: boolean
}

const strictnessOf = (block: DomainBlock): AskedStrictness => ({
  severity: severityOf(block.severity) ?? 'noop',
  media: block.reject_media === true,
  reports: block.reject_reports === true,
})

/** Whether a block does all that another one would. */
const covers = (a: AskedStrictness, b: AskedStrictness): boolean =>
  a.severity === 'suspend' ||
  (STRENGTH[a.severity] >= STRENGTH[b.severity] && (a.media || !b.media) && (a.reports || !b.reports))

/** Refuses (exit 9) a block that the files already hold, for the domain or for one above it, or that is weaker. */
function refuseCovered({ instance, io }: Session, domain: string, asked: AskedStrictness): void {
  const lasting = (instance.documents['domain-blocks.yaml']?.domain_blocks ?? []).filter(
    ({ until }) => !hasEnded(until, io.now()),
  )
  const blocks = new Map(lasting.map((block) => [domainIn(block.domain), strictnessOf(block)]))
  const covered = (name: string): boolean => {
    const there = blocks.get(name)
    return there !== undefined && covers(there, asked)
  }
  const [own, shown] = [blocks.get(domain), bothForms(domain)]
  if (covered(domain)) {
    const { message, hint } = blockedAlready(shown)
    fail(EXIT.invalid, 'blocked-already', message, { hint })
  }
  if (own && STRENGTH[own.severity] > STRENGTH[asked.severity]) {
    const { message, hint } = blockedMoreStrictly(shown)
    fail(EXIT.invalid, 'weaker', message, { hint })
  }
  const parent = own ? undefined : parentsOf(domain).find(covered)
  if (parent !== undefined)
    fail(EXIT.invalid, 'parent-blocked', parentBlocked({ parent: bothForms(parent), domain: shown }))
}

async function lift(session: Session, { domain }: AnswersOf<'unblock'>, issue: Issue): Promise<FormRequest> {
  const name = domainIn(one(domain))
  const draft = await draftLifted(session.io, session, [name], { emptied: lastBlockLifted(issue.url) })
  return {
    draft,
    questions: [isRightServer(bothForms(name)), whatHasChanged(name)],
  }
}

async function promote(session: Session, { account, role }: AnswersOf<'promote'>): Promise<FormRequest> {
  const id = accountId(one(account))
  if (!/^[a-z0-9_]{1,30}$/.test(id)) fail(EXIT.invalid, 'no-account', NO_ACCOUNT.message, { hint: NO_ACCOUNT.hint })
  const draft = await draftPromotion(session.io, session, id, one(role), {})
  if (draft.edits.length > 0) await refusePowerful(session, id, one(role))
  return {
    draft,
    questions: [isItThem(id), ACCOUNT_THAT_IS_THERE],
  }
}

/** Refuses (exit 9) to give a role that may do everything, or to change a person who holds one. */
async function refusePowerful(session: Session, id: string, role: string): Promise<void> {
  const { documents } = session.instance
  const live = await liveRoles(session, id)
  const held = documents['moderators.yaml']?.moderators?.find((one) => accountId(one.account) === id)?.role
  const known = [...(documents['roles.yaml']?.roles ?? []), ...live.roles]
  const isOwner = (name: string | undefined): boolean =>
    known.some((one) => one.name === name && one.permissions.includes('administrator'))
  const refuse = (problem: string, { message, hint }: { readonly message: string; readonly hint: string }): never =>
    fail(EXIT.invalid, problem, message, { hint })
  if (!known.some((one) => one.name === role)) {
    const roles = [...new Set(known.filter(({ name }) => !isOwner(name)).map(({ name }) => name))]
    refuse('unknown-role', unknownRole({ role, roles }))
  }
  if (isOwner(role)) refuse('too-powerful', rolePowerful(role))
  if (isOwner(held) || isOwner(live.held)) refuse('too-powerful', holderPowerful(id))
  if (!live.canLogIn) refuse('no-account', cannotLogIn(id))
}

interface LiveRoles {
  readonly roles: readonly { readonly name: string; readonly permissions: readonly string[] }[]
  readonly held: string | undefined
  /** Whether the account exists and can log in. The reason why not is private. */
  readonly canLogIn: boolean
}

/** Reads the roles of the server and an account. Throws (exit 10) if it cannot: a role is never given on a guess. */
async function liveRoles({ config, io }: Session, id: string): Promise<LiveRoles> {
  const reader = await openReader(config, io.secrets, { verb: 'plan' })
  try {
    const tables = await reader.read({ tables: [ROLES.name, ACCOUNTS.name], accounts: [id], measure: [] })
    const [roles, accounts] = [tableIn(tables, ROLES), tableIn(tables, ACCOUNTS)]
    if (roles.state === 'unknown' || accounts.state === 'unknown')
      return fail(EXIT.unreadable, 'not-read', ROLES_NOT_READ.message, { hint: ROLES_NOT_READ.hint })
    const row = accounts.rows.find(({ username }) => accountId(username) === id)
    return {
      roles: roles.rows.map(({ name, permissions }) => ({ name, permissions: permissionNames(permissions) })),
      held: roles.rows.find((one) => one.id === row?.role_id)?.name,
      canLogIn: obstacleOf(row, id) === undefined,
    }
  } finally {
    await reader.close()
  }
}

async function rule(session: Session, { rule: named, language, text, hint }: AnswersOf<'rule'>): Promise<FormRequest> {
  const draft = await draftRule(session.io, session, {
    ...maybe('rule', named),
    ...maybe('language', language),
    text: one(text),
    ...maybe('hint', hint),
  })
  return {
    draft,
    questions: [RULE_WORDS],
  }
}
