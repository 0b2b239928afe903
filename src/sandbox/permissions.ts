import type { Version } from './versions.ts'

/** The permission bits of roles, by key. */
export const FLAGS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'administrator',
    'view_devops',
    'view_audit_log',
    'view_dashboard',
    'manage_reports',
    'manage_federation',
    'manage_settings',
    'manage_blocks',
    'manage_taxonomies',
    'manage_appeals',
    'manage_users',
    'manage_invites',
    'manage_rules',
    'manage_announcements',
    'manage_custom_emojis',
    'manage_webhooks',
    'invite_users',
    'manage_roles',
    'manage_user_access',
    'delete_user_data',
    'view_feeds',
    'invite_bypass_approval',
    'manage_email_subscriptions',
  ].map((key, bit) => [key, 2 ** bit]),
)

export const EVERYONE = '-99'

/** The first twenty flags are all that 4.4 has. */
export function allFlags(version: Version): number {
  return 2 ** (version === '4.4.22' ? 20 : Object.keys(FLAGS).length) - 1
}

/** The permission keys that a release knows. */
export const permissionKeys = (version: Version): readonly string[] =>
  Object.keys(FLAGS).filter((key) => ((FLAGS[key] ?? 0) & allFlags(version)) !== 0)

/** A bit mask of keys; unknown ones vanish, as they do in Mastodon. */
export const maskOf = (keys: readonly string[]): bigint =>
  keys.reduce((mask, key) => mask | BigInt(FLAGS[key] ?? 0), 0n)

export const keysOf = (mask: bigint): readonly string[] =>
  Object.keys(FLAGS).filter((key) => (mask & BigInt(FLAGS[key] ?? 0)) !== 0n)
