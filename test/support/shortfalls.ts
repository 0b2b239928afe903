import type { Documents } from '../../src/instance/documents.ts'
import { permissionMask } from './permissions.ts'
import { byText, equal } from '../../src/reconcile/equal.ts'
import { entriesOf, nameIn, PLAIN, wantedOf } from './plain-kinds.ts'
import { plainRows, rulesInOrder, timeOf, type Server } from './memory-server.ts'
import { settingValue } from './memory-writes.ts'

/**
 * Where live is not what the files say: a reading of the files of its own, which uses none of the kinds.
 * Objects are named as in `domain-block/spam.example`.
 */
export function shortfalls(documents: Documents, server: Server): Set<string> {
  const wrong = new Set<string>()
  const check = (ref: string, holds: boolean): void => void (holds || wrong.add(ref))
  const past = (until: string | undefined): boolean =>
    until !== undefined && Date.parse(until) <= timeOf(server).getTime()
  const { rows } = server

  for (const block of documents['domain-blocks.yaml']?.domain_blocks ?? []) {
    const row = rows.domain_blocks.find((one) => one.domain === block.domain)
    const severity = block.severity === 'limit' ? 'silence' : block.severity === 'none' ? 'noop' : block.severity
    const flags =
      severity === 'suspend' ||
      (row?.reject_media === (block.reject_media ?? false) && row.reject_reports === (block.reject_reports ?? false))
    const comments =
      (row?.public_comment ?? '') === (block.public_comment ?? '') &&
      (block.private_comment === undefined || (row?.private_comment ?? '') === block.private_comment)
    check(
      `domain-block/${block.domain}`,
      past(block.until)
        ? !row
        : row?.severity === severity && flags && row.obfuscate === (block.obfuscate ?? false) && comments,
    )
  }
  for (const plain of PLAIN)
    for (const entry of entriesOf(plain, documents)) {
      const row = plainRows(server, plain.table).find((one) => one[plain.name] === entry[plain.name])
      const holds =
        row !== undefined && Object.entries(wantedOf(plain, entry)).every(([field, value]) => row[field] === value)
      const ended = Object.entries(row ?? {}).some(
        ([column, at]) => column === 'expires_at' && typeof at === 'string' && past(at),
      )
      const until = entry['until'] as string | undefined
      check(`${plain.kind}/${nameIn(plain, entry)}`, past(until) ? !row || ended : holds)
    }
  const file = documents['roles.yaml']
  for (const role of file?.roles ?? []) {
    const row = rows.roles.find((one) => one.name === role.name)
    const plain = row?.position === role.position && row.permissions === permissionMask(role.permissions)
    const looks =
      row?.color === (role.color ?? '') &&
      row.highlighted === (role.highlighted ?? false) &&
      row.require_2fa === (role.require_2fa ?? false)
    check(
      `role/${role.name}`,
      plain && looks && (role.collection_limit === undefined || row.collection_limit === role.collection_limit),
    )
  }
  if (file?.everyone)
    check(
      'role/everyone',
      rows.roles.some(
        (row) => row.id === '-99' && row.permissions === permissionMask(file.everyone?.permissions ?? []),
      ),
    )
  const roleOf = (name: string): string | undefined => {
    const account = rows.accounts.find((row) => row.username.toLowerCase() === name.toLowerCase())
    return rows.roles.find((row) => row.id === account?.role_id)?.name
  }
  for (const { account, role, until } of documents['moderators.yaml']?.moderators ?? []) {
    check(`moderator/${account.toLowerCase()}`, past(until) ? roleOf(account) === undefined : roleOf(account) === role)
  }
  const rules = documents['rules.yaml']?.rules ?? []
  for (const rule of rules) {
    const translations = Object.entries(rule.translations ?? {}).map(
      ([language, t]) => `${language}: ${t.text} ${t.hint ?? ''}`,
    )
    const found = rows.rules.filter(
      (row) =>
        row.text === rule.text &&
        row.hint === (rule.hint ?? '') &&
        equal(
          row.translations.map((t) => `${t.language}: ${t.text} ${t.hint}`).sort(byText),
          translations.toSorted(byText),
        ),
    )
    check(`rule/${rule.key}`, found.length === 1)
  }
  for (const one of documents['announcements.yaml']?.announcements ?? []) {
    const found = rows.announcements.filter((row) => row.published && row.text === one.text)
    const [row] = found
    const alikeTime = (a: string | null | undefined, b: string | undefined): boolean =>
      (a ?? null) === null ? b === undefined : Date.parse(a ?? '') === Date.parse(b ?? '')
    const alike =
      alikeTime(row?.starts_at, one.from) &&
      alikeTime(row?.ends_at, one.until) &&
      row?.all_day === (one.all_day ?? false) &&
      (one.notify_members !== true || server.mailed.includes(one.key))
    check(`announcement/${one.key}`, past(one.until) ? found.length === 0 : found.length === 1 && alike)
  }
  const texts = new Set(rules.map((rule) => rule.text))
  const live = rulesInOrder(server)
    .map((row) => row.text)
    .filter((text) => texts.has(text))
  const kept = rules.map((rule) => rule.text).filter((text) => live.includes(text))
  check('rule-order/rules', live.join('\n') === kept.join('\n'))
  for (const [key, value] of Object.entries(documents['settings.yaml']?.settings ?? {})) {
    const held = settingValue(server, key)
    const defaults: { readonly [key: string]: unknown } = {
      site_title: 'Mastodon',
      registrations_mode: 'none',
      trends: true,
      noindex: false,
      status_page_url: null,
      media_cache_retention_period: null,
    }
    check(`setting/${key}`, (held === undefined ? (defaults[key] ?? '') : (held ?? '')) === (value ?? ''))
  }
  for (const version of documents['terms-of-service.yaml']?.terms_of_service ?? []) {
    const row = rows.terms_of_services.find(
      (one) => one.effective_date === version.effective_date && one.published_at !== null,
    )
    const mailed =
      version.notify_members !== true || server.mailed.filter((date) => date === version.effective_date).length === 1
    check(
      `terms-of-service/${version.effective_date}`,
      row?.text === version.text && row.changelog === version.changelog && mailed,
    )
  }
  return wrong
}
