import { openReader } from '../../providers/mastodon/reader.ts'
import type { Issue } from '../../forges/forge.ts'
import type { Answers } from '../../forges/form-answers.ts'
import type { DomainBlock } from '../../instance/documents.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { bothForms, parentsOf } from '../../instance/domains.ts'
import { FORMS, type FormName } from '../../forges/issue-form-texts.ts'
import { namedDomain } from '../../instance/named-domain.ts'
import { severityOf, STRENGTH, type BlockSeverity } from '../../instance/severity.ts'
import { permissionNames } from '../../instance/versions.ts'
import { hasEnded } from '../../providers/mastodon/kinds/common.ts'
import { accountId, obstacleOf } from '../../providers/mastodon/kinds/community/accounts.ts'
import { draftBlocks, domainIn } from '../../verbs/block.ts'
import type { Draft } from '../../session/write-instance.ts'
import { usedConsents } from '../../verbs/block/measure.ts'
import { draftPromotion } from '../../verbs/promote.ts'
import type { Session } from '../../session/session.ts'
import { draftLifted } from '../../verbs/unblock.ts'
import { draftRule } from './rule.ts'

/** What an issue's form asks for, as the verbs make it, and what whoever decides should look at. */
export interface FormRequest {
  readonly draft: Draft
  readonly look: readonly string[]
}

type AnswersOf<Name extends FormName> = Extract<Answers, { readonly form: Name }>['answers']

/** Makes what was asked for. Throws (exit 9) with what stands against it, and what to write instead. */
export function requestFor(session: Session, asked: Answers, issue: Issue): Promise<FormRequest> {
  switch (asked.form) {
    case 'block':
      return block(session, asked.answers, issue)
    case 'unblock':
      return lift(session, asked.answers, issue)
    case 'promote':
      return promote(session, asked.answers)
    case 'rule':
      return rule(session, asked.answers)
  }
}

const one = ([answer = '']: readonly string[]): string => answer
const maybe = <Key extends string>(key: Key, [answer]: readonly string[]): { readonly [K in Key]?: string } =>
  answer === undefined ? {} : ({ [key]: answer } as { readonly [K in Key]: string })
const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Mastodon shows a public comment in a list. */
const LONGEST_COMMENT = 500

async function block(
  session: Session,
  { domain, severity, refuse, why }: AnswersOf<'block'>,
  issue: Issue,
): Promise<FormRequest> {
  const name = domainIn(one(domain))
  const strictness =
    severityOf(one(severity).split(':')[0] ?? '') ??
    fail(EXIT.invalid, 'unknown-severity', 'How strictly? The answer is none of the three.')
  const comment = onOneLine(one(why))
  if (comment.length > LONGEST_COMMENT)
    fail(
      EXIT.invalid,
      'too-long',
      `The reason has ${comment.length} characters, and everybody will read it in a list.`,
      { hint: `Write it in at most ${LONGEST_COMMENT}.` },
    )
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
    look: [
      `Is ${bothForms(name)} the server that is meant?${mapped(one(domain))}`,
      'The public comment is in the words of whoever asked: everybody will read it.',
      ...(strictness === 'suspend' ? ['How many follows it severs was measured on the live server.'] : []),
    ],
  }
}

function mapped(written: string): string {
  const name = namedDomain(written)
  return 'domain' in name && name.changed !== undefined
    ? ' It was written in letters that Mastodon turns into these.'
    : ''
}

interface Strictness {
  readonly severity: BlockSeverity
  readonly media: boolean
  readonly reports: boolean
}

const strictnessOf = (block: DomainBlock): Strictness => ({
  severity: severityOf(block.severity) ?? 'noop',
  media: block.reject_media === true,
  reports: block.reject_reports === true,
})

/** Whether a block does all that another one would. */
const covers = (a: Strictness, b: Strictness): boolean =>
  a.severity === 'suspend' ||
  (STRENGTH[a.severity] >= STRENGTH[b.severity] && (a.media || !b.media) && (a.reports || !b.reports))

const PULL_REQUEST = 'Where it should become weaker, open a pull request for domain-blocks.yaml.'

/** Nothing is proposed that the files say already, for the domain or for one above it, nor what would make a block weaker. */
function refuseCovered({ instance, io }: Session, domain: string, asked: Strictness): void {
  const lasting = (instance.documents['domain-blocks.yaml']?.domain_blocks ?? []).filter(
    ({ until }) => !hasEnded(until, io.now()),
  )
  const blocks = new Map(lasting.map((block) => [domainIn(block.domain), strictnessOf(block)]))
  const covered = (name: string): boolean => {
    const there = blocks.get(name)
    return there !== undefined && covers(there, asked)
  }
  const own = blocks.get(domain)
  if (covered(domain))
    fail(EXIT.invalid, 'blocked-already', `${bothForms(domain)} is blocked already, as strictly as that or more.`, {
      hint: PULL_REQUEST,
    })
  if (own && STRENGTH[own.severity] > STRENGTH[asked.severity])
    fail(
      EXIT.invalid,
      'weaker',
      `${bothForms(domain)} is blocked more strictly already, and a form makes no block weaker.`,
      { hint: PULL_REQUEST },
    )
  const parent = own ? undefined : parentsOf(domain).find(covered)
  if (parent !== undefined)
    fail(
      EXIT.invalid,
      'parent-blocked',
      `${bothForms(parent)} is blocked already, and that covers ${bothForms(domain)}.`,
    )
}

async function lift(session: Session, { domain }: AnswersOf<'unblock'>, issue: Issue): Promise<FormRequest> {
  const name = domainIn(one(domain))
  const draft = await draftLifted(session.io, session, [name], { emptied: `the last block was lifted: ${issue.url}` })
  return {
    draft,
    look: [
      `Is ${bothForms(name)} the server that is meant?`,
      `What has changed there since it was blocked? Git knows why it was: herdbook why domain-block/${name}`,
    ],
  }
}

async function promote(session: Session, { account, role }: AnswersOf<'promote'>): Promise<FormRequest> {
  const id = accountId(one(account))
  if (!/^[a-z0-9_]{1,30}$/.test(id))
    fail(EXIT.invalid, 'no-account', 'That is no account of this server.', {
      hint: 'Write the name alone, without the domain: alice',
    })
  const draft = await draftPromotion(session.io, session, id, one(role), {})
  if (draft.edits.length > 0) await refusePowerful(session, id, one(role))
  return {
    draft,
    look: [
      `Nobody has checked that whoever asked is @${id}: write to that account in Mastodon, and wait for its answer.`,
      'Herdbook gives the role only to the account that is there now: its id and its age stand in the plan.',
    ],
  }
}

const OWNERS = 'That takes a pull request by an owner, for moderators.yaml.'

/** A form gives nobody a role that may do everything, nor takes one from somebody who holds it. */
async function refusePowerful(session: Session, id: string, role: string): Promise<void> {
  const { documents } = session.instance
  const live = await liveRoles(session, id)
  const held = documents['moderators.yaml']?.moderators?.find((one) => accountId(one.account) === id)?.role
  const known = [...(documents['roles.yaml']?.roles ?? []), ...live.roles]
  const isOwner = (name: string | undefined): boolean =>
    known.some((one) => one.name === name && one.permissions.includes('administrator'))
  if (!known.some((one) => one.name === role))
    fail(EXIT.invalid, 'unknown-role', `The server has no role "${role}".`, {
      hint: `Roles: ${[...new Set(known.filter(({ name }) => !isOwner(name)).map(({ name }) => name))].join(', ')}`,
    })
  if (isOwner(role))
    fail(EXIT.invalid, 'too-powerful', `${role} may do everything, and no form gives that.`, { hint: OWNERS })
  if (isOwner(held) || isOwner(live.held))
    fail(EXIT.invalid, 'too-powerful', `@${id} holds a role that may do everything, and no form changes that.`, {
      hint: OWNERS,
    })
  if (!live.able)
    fail(EXIT.invalid, 'no-account', `There is no account @${id} on this server that can log in.`, {
      hint: 'Ask again when there is.',
    })
}

interface LiveRoles {
  readonly roles: readonly { readonly name: string; readonly permissions: readonly string[] }[]
  readonly held: string | undefined
  /** Whether the account is there and can log in; why not is nobody else's business. */
  readonly able: boolean
}

/** The roles of the server, and how it stands with an account. Throws (exit 10) where nobody can say: a role is not given on a guess. */
async function liveRoles({ config, io }: Session, id: string): Promise<LiveRoles> {
  const reader = await openReader(config, io.secrets, { verb: 'plan' })
  try {
    const { roles, accounts } = await reader.read({ tables: ['roles', 'accounts'], accounts: [id], measure: [] })
    if (roles.state === 'unknown' || accounts.state === 'unknown')
      return fail(EXIT.unreadable, 'not-read', 'What the role may do could not be read from the server.', {
        hint: OWNERS,
      })
    const row = accounts.rows.find(({ username }) => accountId(username) === id)
    return {
      roles: roles.rows.map(({ name, permissions }) => ({ name, permissions: permissionNames(permissions) })),
      held: roles.rows.find((one) => one.id === row?.role_id)?.name,
      able: obstacleOf(row, id) === undefined,
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
    look: ['The words are those of whoever asked: every member will read them, and reports refer to them.'],
  }
}
