import { DOMAIN, found, PUBLIC_URL, type HttpAnswer, type Call } from '../http.ts'
import { rulesOf } from '../kinds/rule.ts'
import { termsOf } from '../kinds/terms-of-service.ts'
import { CACHED, markdown } from './rendering.ts'
import { setting, text } from './settings.ts'
import { CONFIGURATION, ICONS, OAUTH, PREVIEW } from './public-data.ts'

const REVALIDATED = { 'cache-control': 'max-age=0, private, must-revalidate' }

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
      rules: await rulesOf(call),
    },
  }
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
