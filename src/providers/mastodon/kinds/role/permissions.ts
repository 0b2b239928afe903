import type { Permission } from '../../../../instance/documents.ts'
import { within, type MastodonRelease, type ReleaseSpan } from '../../../../instance/versions.ts'

const PERMISSIONS: { readonly [Name in Permission]: ReleaseSpan & { readonly bit: number } } = {
  administrator: { bit: 0 },
  view_devops: { bit: 1 },
  view_audit_log: { bit: 2 },
  view_dashboard: { bit: 3 },
  manage_reports: { bit: 4 },
  manage_federation: { bit: 5 },
  manage_settings: { bit: 6 },
  manage_blocks: { bit: 7 },
  manage_taxonomies: { bit: 8 },
  manage_appeals: { bit: 9 },
  manage_users: { bit: 10 },
  manage_invites: { bit: 11 },
  manage_rules: { bit: 12 },
  manage_announcements: { bit: 13 },
  manage_custom_emojis: { bit: 14 },
  manage_webhooks: { bit: 15 },
  invite_users: { bit: 16 },
  manage_roles: { bit: 17 },
  manage_user_access: { bit: 18 },
  delete_user_data: { bit: 19 },
  view_feeds: { bit: 20, since: '4.5' },
  invite_bypass_approval: { bit: 21, since: '4.6' },
  manage_email_subscriptions: { bit: 22, since: '4.6' },
}

/** Permissions of a release with their values in the mask; of all releases where it is not known. */
export function permissionsOf(release: MastodonRelease | null): ReadonlyMap<string, bigint> {
  const known = Object.entries(PERMISSIONS).filter(([, span]) => within(span, release))
  return new Map(known.map(([name, { bit }]) => [name, 1n << BigInt(bit)]))
}

/** The names in a mask, as the database holds it; bits without a known name are left out. */
export function permissionNames(mask: string): readonly string[] {
  const bits = BigInt(mask)
  return [...permissionsOf(null)].filter(([, bit]) => (bits & bit) !== 0n).map(([name]) => name)
}
