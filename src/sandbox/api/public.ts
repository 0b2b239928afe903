import { textParam } from '../ruby-casts.ts'
import { found, PUBLIC_URL, sha256, time, type HttpAnswer, type Call } from '../http.ts'
import { NOT_FOUND, Refusal } from '../failure.ts'
import { BLOCK_FIELDS, type DomainBlockRow } from '../models/domain-blocks.ts'
import { readSetting, type SettingValue } from '../models/settings.ts'
import { DOMAIN } from '../seed.ts'
import { CONFIGURATION, ICONS, OAUTH, PREVIEW } from './public-data.ts'

const CACHED = { 'cache-control': 'max-age=300, public, stale-while-revalidate=30, stale-if-error=86400' }
const REVALIDATED = { 'cache-control': 'max-age=0, private, must-revalidate' }

const setting = (call: Call, key: string): Promise<SettingValue> => readSetting(call.session, call.version, key)
const text = async (call: Call, key: string): Promise<string> => String((await setting(call, key)) ?? '')

export async function showInstance(call: Call): Promise<HttpAnswer> {
  const mode = await text(call, 'registrations_mode')
  const terms = await termsOf(call, null)
  const old = call.version === '4.4.22'
  return {
    headers: CACHED,
    body: {
      domain: DOMAIN,
      title: await text(call, 'site_title'),
      version: call.version,
      source_url: 'https://github.com/mastodon/mastodon',
      description: await text(call, 'site_short_description'),
      usage: { users: { active_month: 0 } },
      thumbnail: old ? { url: PREVIEW.url } : PREVIEW,
      icon: ICONS,
      languages: ['en'],
      configuration: {
        ...CONFIGURATION[call.version],
        urls: {
          streaming: `wss://${DOMAIN}`,
          status: (await setting(call, 'status_page_url')) ?? null,
          about: `${PUBLIC_URL}/about`,
          privacy_policy: `${PUBLIC_URL}/privacy-policy`,
          terms_of_service: terms === undefined ? null : `${PUBLIC_URL}/terms-of-service`,
        },
      },
      registrations: {
        enabled: mode !== 'none',
        approval_required: mode === 'approved',
        reason_required: mode === 'approved' && (await setting(call, 'require_invite_text')) === true,
        message: mode === 'none' ? markdown(await text(call, 'closed_registrations_message')) || null : null,
        min_age: (await setting(call, 'min_age')) || null,
        url: null,
      },
      api_versions: { mastodon: old ? 6 : 11 },
      ...(old ? {} : { wrapstodon: null }),
      contact: { email: await text(call, 'site_contact_email'), account: null },
      rules: await rules(call),
    },
  }
}

export async function listRules(call: Call): Promise<HttpAnswer> {
  return { headers: CACHED, body: await rules(call) }
}

function rules({ session }: Call): Promise<object[]> {
  return session.query(
    `select r.id::text, r.text, r.hint, coalesce((
       select jsonb_object_agg(t.language, jsonb_build_object('text', t.text, 'hint', t.hint))
       from rule_translations t where t.rule_id = r.id
     ), '{}') as translations
     from rules r where r.deleted_at is null order by r.priority, r.id`,
  )
}

export async function showDescription(call: Call): Promise<HttpAnswer> {
  const content = markdown(await text(call, 'site_extended_description'))
  return { headers: CACHED, body: { updated_at: await changedAt(call, 'site_extended_description', null), content } }
}

/**
 * The policy goes through Ruby's `format`: a stray percent sign takes it down. Without one, Mastodon's own stands,
 * which is not ours to ship.
 */
export async function showPrivacyPolicy(call: Call): Promise<HttpAnswer> {
  const policy = await text(call, 'site_terms')
  if (policy.replaceAll(/%%|%\{domain\}/g, '').includes('%')) throw new TypeError('malformed format string')
  const content = markdown(policy.replaceAll('%{domain}', DOMAIN).replaceAll('%%', '%'))
  return {
    headers: CACHED,
    body: { updated_at: await changedAt(call, 'site_terms', '2022-10-07T00:00:00+00:00'), content },
  }
}

async function changedAt(call: Call, key: string, otherwise: string | null): Promise<string | null> {
  const [row] = await call.session.query<{ readonly at: string }>(
    `select ${time('updated_at')} as at from settings where var = $1`,
    [key],
  )
  return row?.at ?? otherwise
}

interface Terms {
  readonly effective_date: string
  readonly effective: boolean
  readonly content: string
  readonly succeeded_by: string | null
  readonly [field: string]: unknown
}

/** The terms of a date, or those in force, else the next ones. */
async function termsOf(call: Call, date: string | null): Promise<Terms | undefined> {
  const rows = await call.session.query<Terms>(
    `select to_char(t.effective_date, 'YYYY-MM-DD') as effective_date,
       t.effective_date < current_date as effective, t.text as content,
       (select to_char(min(n.effective_date), 'YYYY-MM-DD') from terms_of_services n
        where n.published_at is not null and n.effective_date > t.effective_date) as succeeded_by
     from terms_of_services t where t.published_at is not null and ($1::date is null or t.effective_date = $1::date)
     order by t.effective_date < current_date desc, abs(t.effective_date - current_date)`,
    [date],
  )
  return rows[0]
}

/**
 * The date whose terms are asked for: null for those in force, and a word that is no date for what no terms can have.
 */
function askedDate({ params }: Call): string | null {
  const given = params['date']
  if (given === undefined || given === null || (typeof given === 'string' && given.trim() === '')) return null
  const day = /^\d{4}-\d\d-\d\d/.exec(textParam(params, 'date') ?? '')?.[0] ?? 'none'
  return new Date(Date.parse(day) || 0).toISOString().startsWith(day) ? day : 'none'
}

export async function showTerms(call: Call): Promise<HttpAnswer> {
  const date = askedDate(call)
  const terms = date !== null && Number.isNaN(Date.parse(date)) ? undefined : await termsOf(call, date)
  if (terms !== undefined) return { headers: CACHED, body: { ...terms, content: markdown(terms.content) } }
  if (call.version !== '4.4.22') throw new Refusal(404, NOT_FOUND, CACHED)
  throw new Refusal(404, date === null ? { error: 'Not Found' } : NOT_FOUND)
}

/** The public list, where the settings show it; an obfuscated name keeps its ends. */
export async function listPublicBlocks(call: Call): Promise<HttpAnswer> {
  const audience = await text(call, 'show_domain_blocks')
  const shown = audience === 'all' || (audience === 'users' && call.token?.user_id !== undefined)
  if (!shown) return { status: 404, text: '', headers: { 'content-type': 'text/html' } }
  const rationale = await text(call, 'show_domain_blocks_rationale')
  const reasons = rationale === 'all' || (rationale === 'users' && call.token?.user_id !== undefined)
  const blocks = await call.session.query<
    DomainBlockRow & { readonly obfuscate: boolean; readonly public_comment: string | null }
  >(
    `select ${BLOCK_FIELDS} from domain_blocks b
     where b.severity <> 2 or reject_media or reject_reports order by b.severity = 1 desc, domain`,
  )
  const body = blocks.map(({ domain, severity, obfuscate, public_comment }) => ({
    domain: obfuscate ? obfuscated(domain) : domain,
    digest: sha256(domain),
    severity,
    ...(reasons ? { comment: public_comment ?? '' } : {}),
  }))
  return { headers: audience === 'all' ? CACHED : {}, body }
}

function obfuscated(domain: string): string {
  const shown = Math.floor(domain.length / 4)
  return domain
    .split('')
    .map((letter, index) => (index <= shown || index >= domain.length - shown || letter === '.' ? letter : '*'))
    .join('')
}

export async function listPeers(call: Call): Promise<HttpAnswer> {
  if ((await setting(call, 'peers_api_enabled')) !== true)
    return { status: 404, text: '', headers: { 'content-type': 'text/html' } }
  const rows = await call.session.query<{ readonly domain: string }>(
    `select i.domain from instances i where i.domain not in (select domain from domain_blocks)
     order by (select min(a.id) from accounts a where a.domain = i.domain), i.domain`,
  )
  return { headers: CACHED, body: rows.map(({ domain }) => domain) }
}

export async function showNodeinfo(call: Call): Promise<HttpAnswer> {
  const counts = found(
    await call.session.query<{ readonly total: number }>(
      'select count(*)::integer as total from users u where u.confirmed_at is not null',
    ),
  )
  return {
    headers: { 'cache-control': 'max-age=1800, public' },
    body: {
      version: '2.0',
      software: { name: 'mastodon', version: call.version },
      protocols: ['activitypub'],
      services: { outbound: [], inbound: [] },
      usage: { users: { total: counts.total, activeMonth: 0, activeHalfyear: 0 }, localPosts: 0 },
      openRegistrations: (await text(call, 'registrations_mode')) === 'open',
      metadata: {
        nodeName: await text(call, 'site_title'),
        nodeDescription: await text(call, 'site_short_description'),
      },
    },
  }
}

export async function showHealth(): Promise<HttpAnswer> {
  return { text: 'OK', headers: { 'content-type': 'text/plain; charset=utf-8', ...REVALIDATED } }
}

export async function showOauth(call: Call): Promise<HttpAnswer> {
  return { headers: REVALIDATED, body: OAUTH[call.version] }
}

/** Paragraphs only: nobody but people reads what the server renders. */
function markdown(source: string): string {
  const escaped = source.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').trim()
  return escaped === ''
    ? ''
    : escaped
        .split(/\n{2,}/)
        .map((paragraph) => `<p>${paragraph}</p>\n`)
        .join('\n')
}
