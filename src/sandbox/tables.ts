import type { SandboxKind } from './kind.ts'
import { kindsOf } from './registry.ts'
import { has, type Release, type Version } from './versions.ts'

/**
 * The tables of Mastodon 4.4 that its configuration lives in, with the types and defaults that its migrations give
 * them.
 */
const TABLES = `
create function timestamp_id(table_name text) returns bigint language plpgsql as $$
  begin
    return ((extract(epoch from clock_timestamp()) * 1000)::bigint << 16) | (nextval(table_name || '_id_seq') & 65535);
  end
$$;
create sequence accounts_id_seq;
create table accounts (
  id bigint primary key default timestamp_id('accounts'), username varchar not null default '', domain varchar,
  private_key text, public_key text not null default '', created_at timestamp(6) not null,
  updated_at timestamp(6) not null, note text not null default '', display_name varchar not null default '',
  uri varchar not null default '', url varchar, avatar_file_name varchar, avatar_content_type varchar,
  avatar_file_size integer, avatar_updated_at timestamp(6), header_file_name varchar, header_content_type varchar,
  header_file_size integer, header_updated_at timestamp(6), avatar_remote_url varchar,
  locked boolean not null default false, header_remote_url varchar not null default '',
  last_webfingered_at timestamp(6), inbox_url varchar not null default '', outbox_url varchar not null default '',
  shared_inbox_url varchar not null default '', followers_url varchar not null default '',
  protocol integer not null default 0, memorial boolean not null default false, moved_to_account_id bigint,
  featured_collection_url varchar, fields jsonb, actor_type varchar, discoverable boolean, also_known_as varchar[],
  silenced_at timestamp(6), suspended_at timestamp(6), hide_collections boolean, avatar_storage_schema_version integer,
  header_storage_schema_version integer, sensitized_at timestamp(6), suspension_origin integer, trendable boolean,
  reviewed_at timestamp(6), requested_review_at timestamp(6), indexable boolean not null default false,
  attribution_domains varchar[] default '{}'
);
create table users (
  id bigserial primary key, email varchar not null default '', created_at timestamp(6) not null,
  updated_at timestamp(6) not null, encrypted_password varchar not null default '', reset_password_token varchar,
  reset_password_sent_at timestamp(6), sign_in_count integer not null default 0, current_sign_in_at timestamp(6),
  last_sign_in_at timestamp(6), confirmation_token varchar, confirmed_at timestamp(6),
  confirmation_sent_at timestamp(6), unconfirmed_email varchar, locale varchar, consumed_timestep integer,
  otp_required_for_login boolean not null default false, last_emailed_at timestamp(6), otp_backup_codes varchar[],
  account_id bigint not null, disabled boolean not null default false, invite_id bigint, chosen_languages varchar[],
  created_by_application_id bigint, approved boolean not null default true, sign_in_token varchar,
  sign_in_token_sent_at timestamp(6), webauthn_id varchar, sign_up_ip inet, skip_sign_in_token boolean, role_id bigint,
  settings text, time_zone varchar, otp_secret varchar, age_verified_at timestamp(6),
  require_tos_interstitial boolean not null default false
);
create table oauth_applications (
  id bigserial primary key, name varchar not null, uid varchar not null, secret varchar not null,
  redirect_uri text not null, scopes varchar not null default '', created_at timestamp(6), updated_at timestamp(6),
  superapp boolean not null default false, website varchar, owner_type varchar, owner_id bigint,
  confidential boolean not null default true
);
create table oauth_access_tokens (
  id bigserial primary key, token varchar not null, refresh_token varchar, expires_in integer, revoked_at timestamp(6),
  created_at timestamp(6) not null, scopes varchar, application_id bigint, resource_owner_id bigint,
  last_used_at timestamp(6), last_used_ip inet
);
create table domain_allows (
  id bigserial primary key, domain varchar not null default '', created_at timestamp(6) not null,
  updated_at timestamp(6) not null
);
create table follows (
  id bigserial primary key, created_at timestamp(6) not null, updated_at timestamp(6) not null,
  account_id bigint not null, target_account_id bigint not null, show_reblogs boolean not null default true,
  uri varchar, notify boolean not null default false, languages varchar[]
);
create table admin_action_logs (
  id bigserial primary key, account_id bigint not null, action varchar not null default '', target_type varchar,
  target_id bigint, created_at timestamp(6) not null, updated_at timestamp(6) not null, human_identifier varchar,
  route_param varchar, permalink varchar
);
create table schema_migrations (
  version varchar not null
);
create table session_activations (
  id bigserial primary key, session_id varchar not null, created_at timestamp(6) not null,
  updated_at timestamp(6) not null, user_agent varchar not null default '', ip inet, access_token_id bigint,
  user_id bigint not null, web_push_subscription_id bigint
);
`

/** Tables that measures count and posts are written into; of these just the columns that this needs. */
const MEASURED = `
create table statuses (
  id bigserial primary key, account_id bigint not null, created_at timestamp(6) not null, deleted_at timestamp(6),
  text text not null default '', visibility integer not null default 0
);
create table reports (
  id bigserial primary key, account_id bigint not null, target_account_id bigint not null,
  created_at timestamp(6) not null
);
create table media_attachments (
  id bigserial primary key, account_id bigint, file_file_size integer, created_at timestamp(6) not null
);
create index index_statuses_on_account_id on statuses (account_id);
`

const INDEXES = `
create unique index index_accounts_on_username_and_domain_lower on accounts (lower(username),
  coalesce(lower(domain), ''));
create index index_accounts_on_domain_and_id on accounts (domain, id);
create unique index index_users_on_account_id on users (account_id);
create index index_users_on_role_id on users (role_id) where role_id is not null;
create unique index index_oauth_access_tokens_on_token on oauth_access_tokens (token);
create unique index index_domain_allows_on_domain on domain_allows (domain);
create unique index index_follows_on_account_id_and_target_account_id on follows (account_id, target_account_id);
create index index_follows_on_target_account_id_and_account_id on follows (target_account_id, account_id);
`

const INSTANCES = `
create materialized view instances as
  with domain_counts(domain, accounts_count) as (
    select domain, count(*) from accounts where domain is not null group by domain
  )
  select domain, accounts_count from domain_counts
  union select domain, coalesce(accounts_count, 0) from domain_blocks left join domain_counts using (domain)
  union select domain, coalesce(accounts_count, 0) from domain_allows left join domain_counts using (domain);
create unique index index_instances_on_domain on instances (domain);
`

/** What 4.5 and 4.6 added. */
const SINCE_4_6 = `
alter table accounts
  add column avatar_description varchar not null default '', add column collections_url varchar,
  add column feature_approval_policy integer not null default 0, add column following_url varchar not null default '',
  add column header_description varchar not null default '', add column id_scheme integer default 1,
  add column show_featured boolean not null default true, add column show_media boolean not null default true,
  add column show_media_replies boolean not null default true;
`

/** The schema of a release as one script. */
export function schemaOf(version: Version): string {
  const own = [TABLES, MEASURED, version === '4.4.22' ? '' : SINCE_4_6, INDEXES]
  // The view joins tables of kinds.
  return [...own, ...kindsOf(version).flatMap((kind) => tablesOf(kind, version)), INSTANCES].join('')
}

const RELEASES: readonly Release[] = ['4.5', '4.6']

function tablesOf({ tables = '', tablesSince = {} }: SandboxKind, version: Version): readonly string[] {
  return [tables, ...RELEASES.flatMap((release) => (has(version, release) ? (tablesSince[release] ?? []) : []))]
}
