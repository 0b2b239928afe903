// Made from schema/ by `npm run generate`. Change the schemas, not this file.

/**
 * A permission, as Mastodon's API names it.
 */
export type Permission =
  | 'administrator'
  | 'view_devops'
  | 'view_audit_log'
  | 'view_dashboard'
  | 'manage_reports'
  | 'manage_federation'
  | 'manage_settings'
  | 'manage_blocks'
  | 'manage_taxonomies'
  | 'manage_appeals'
  | 'manage_users'
  | 'manage_invites'
  | 'manage_rules'
  | 'manage_announcements'
  | 'manage_custom_emojis'
  | 'manage_webhooks'
  | 'invite_users'
  | 'manage_roles'
  | 'manage_user_access'
  | 'delete_user_data'
  | 'view_feeds'
  | 'invite_bypass_approval'
  | 'manage_email_subscriptions'
/**
 * The text itself, or { file: NAME.md } for a text in a file beside this one.
 */
export type LongText =
  | string
  | {
      /**
       * A file inside instance/, such as about.md.
       */
      file: string
    }

/**
 * The files of the instance, parsed, by name. A file or key that is not there is unmanaged.
 */
export interface Documents {
  'instance.yaml'?: InstanceFile
  'policy.yaml'?: PolicyFile
  'domain-blocks.yaml'?: DomainBlocksFile
  'email-domain-blocks.yaml'?: EmailDomainBlocksFile
  'ip-blocks.yaml'?: IpBlocksFile
  'roles.yaml'?: RolesFile
  'moderators.yaml'?: ModeratorsFile
  'rules.yaml'?: RulesFile
  'settings.yaml'?: SettingsFile
  'terms-of-service.yaml'?: TermsOfServiceFile
}
/**
 * The server that this repository describes, and the connections into it. Secrets are only ever named here.
 */
export interface InstanceFile {
  /**
   * A short name for this server, used in the names of the ledger and the lock. Absent: the default, production.
   */
  environment?: string
  /**
   * The domain in your members' handles: herd.example in @alice@herd.example. Every connection is asked for it before anything else.
   */
  domain: string
  mastodon?: Connections
  ssh?: SshConnection
  /**
   * The username of the account that acts in Mastodon's audit log when the console writes, such as herdbook. Mastodon lets nobody give a role above their own: to have roles and moderators managed, name an owner. Absent: the default, the account that the API token belongs to.
   */
  acting_account?: string
  ledger_key?: Secret
  old_ledger_key?: Secret
  forge?: Forge
}
/**
 * The connections into Mastodon. Absent: not managed, nothing can be read or written.
 */
export interface Connections {
  api?: ApiConnection
  database?: DatabaseConnection
  console?: ConsoleConnection
}
/**
 * Mastodon's REST API: reads and writes the block lists. Absent: not managed through this connection.
 */
export interface ApiConnection {
  /**
   * The address of Mastodon's web interface, such as https://herd.example.
   */
  url: string
  token: Secret
  read_token?: Secret
}
/**
 * Where a secret is: { env: NAME } or { file: PATH }, one of the two. The secret itself never stands in these files.
 */
export interface Secret {
  /**
   * The name of the environment variable that holds the secret, such as HERDBOOK_TOKEN. Absent: the default, the secret is in a file.
   */
  env?: string
  /**
   * The path of a file that holds the secret and nothing else, outside the repository. Absent: the default, the secret is in an environment variable.
   */
  file?: string
}
/**
 * Mastodon's database, for reading everything at once. Needs reader: true, or exactly one of native, podman, docker_compose and kubernetes. Absent: not managed through this connection; reading goes through the API and the console.
 */
export interface DatabaseConnection {
  /**
   * How to get there: ssh (to the machine named under ssh below) or local (on the machine that Herdbook runs on).
   */
  over: 'ssh' | 'local'
  /**
   * Write true when `herdbook reader install` has put its reading script there: the SSH key can then read, and nothing else. Absent: the default, psql is run as named by native, podman, docker_compose or kubernetes.
   */
  reader?: true
  reader_key?: Secret
  native?: NativeDatabase
  podman?: PodmanDatabase
  docker_compose?: DockerComposeDatabase
  kubernetes?: KubernetesDatabase
}
/**
 * PostgreSQL installed on the machine. An empty { } takes all defaults.
 */
export interface NativeDatabase {
  /**
   * The system user to become (with sudo) to run psql. Absent: the default, the user who is logged in.
   */
  user?: string
  /**
   * The name of the database. Absent: the default, mastodon_production.
   */
  database?: string
  /**
   * The PostgreSQL role to connect as. Absent: the default, psql's own choice.
   */
  role?: string
  /**
   * The path of psql. Absent: the default, the psql that is found first.
   */
  psql?: string
}
/**
 * PostgreSQL in a podman container.
 */
export interface PodmanDatabase {
  /**
   * The name of the container that PostgreSQL runs in.
   */
  container: string
  /**
   * The system user to become (with sudo) whose podman runs the container. Absent: the default, the user who is logged in.
   */
  user?: string
  /**
   * The name of the database. Absent: the default, mastodon_production.
   */
  database?: string
  /**
   * The PostgreSQL role to connect as. Absent: the default, postgres.
   */
  role?: string
}
/**
 * PostgreSQL started by docker compose.
 */
export interface DockerComposeDatabase {
  /**
   * The directory that holds the compose file.
   */
  directory: string
  /**
   * The name of the PostgreSQL service in the compose file. Absent: the default, db.
   */
  service?: string
  /**
   * The name of the database. Absent: the default, mastodon_production.
   */
  database?: string
  /**
   * The PostgreSQL role to connect as. Absent: the default, postgres.
   */
  role?: string
}
/**
 * PostgreSQL in Kubernetes.
 */
export interface KubernetesDatabase {
  /**
   * The namespace that Mastodon runs in.
   */
  namespace: string
  /**
   * The pod that PostgreSQL runs in, or what owns it, such as statefulset/mastodon-postgresql.
   */
  pod: string
  /**
   * The container inside the pod. Absent: the default, the first one.
   */
  container?: string
  /**
   * The name of the database. Absent: the default, mastodon_production.
   */
  database?: string
  /**
   * The PostgreSQL role to connect as. Absent: the default, postgres.
   */
  role?: string
  /**
   * The path of the kubeconfig file. Absent: the default, the one that kubectl finds by itself.
   */
  kubeconfig?: string
}
/**
 * Mastodon's console, for writing roles, moderators, rules, settings and terms. Needs exactly one of native, podman, docker_compose and kubernetes. Absent: not managed through this connection; only the block lists can be written.
 */
export interface ConsoleConnection {
  /**
   * How to get there: ssh (to the machine named under ssh below) or local (on the machine that Herdbook runs on).
   */
  over: 'ssh' | 'local'
  native?: NativeConsole
  podman?: PodmanConsole
  docker_compose?: DockerComposeConsole
  kubernetes?: KubernetesConsole
}
/**
 * Mastodon installed on the machine.
 */
export interface NativeConsole {
  /**
   * Mastodon's own directory, such as /home/mastodon/live.
   */
  directory: string
  /**
   * The system user to become (with sudo) to run the console, usually mastodon. Absent: the default, the user who is logged in.
   */
  user?: string
}
/**
 * Mastodon in a podman container.
 */
export interface PodmanConsole {
  /**
   * The name of the container that Mastodon's web process runs in.
   */
  container: string
  /**
   * The system user to become (with sudo) whose podman runs the container. Absent: the default, the user who is logged in.
   */
  user?: string
}
/**
 * Mastodon started by docker compose.
 */
export interface DockerComposeConsole {
  /**
   * The directory that holds the compose file.
   */
  directory: string
  /**
   * The name of Mastodon's web service in the compose file. Absent: the default, web.
   */
  service?: string
}
/**
 * Mastodon in Kubernetes.
 */
export interface KubernetesConsole {
  /**
   * The namespace that Mastodon runs in.
   */
  namespace: string
  /**
   * The pod that Mastodon's web process runs in, or what owns it, such as deployment/mastodon-web.
   */
  pod: string
  /**
   * The container inside the pod. Absent: the default, the first one.
   */
  container?: string
  /**
   * The path of the kubeconfig file. Absent: the default, the one that kubectl finds by itself.
   */
  kubeconfig?: string
}
/**
 * How to log in to the machine, for connections that say over: ssh. Absent: not managed, no connection may say over: ssh.
 */
export interface SshConnection {
  /**
   * The name or address of the machine.
   */
  host: string
  /**
   * The port that its SSH server listens on. Absent: the default, 22.
   */
  port?: number
  /**
   * The user to log in as.
   */
  user: string
  /**
   * The public key of the machine or its fingerprint, as `ssh-keyscan HOST | ssh-keygen -lf -` prints it: SHA256:… A machine with another key is never spoken to.
   */
  host_key: string
  key?: Secret
  /**
   * Whether to ask the SSH agent for a key. Absent: the default, true where no key is named, else false.
   */
  agent?: boolean
  passphrase?: Secret
}
/**
 * Where pull requests are approved. Absent: the default, whoever confirms an apply approves it.
 */
export interface Forge {
  /**
   * The repository on GitHub whose merged pull requests approve changes, as owner/name.
   */
  github: string
}
/**
 * What an apply may do, and what must never happen.
 */
export interface PolicyFile {
  /**
   * The people on GitHub who hold authority: they approve by hand, begin, unlock, sign the ledger anew, and every change of what owners look after takes one of them. Take away or add one by a pull request. Absent: the default, nobody is named; buttons that need an owner are refused.
   *
   * @minItems 1
   *
   * Items: A name on GitHub, without the @.
   */
  owners?: [string, ...string[]]
  budgets?: Budgets
  /**
   * Budgets raised for a while, each with a reason. Absent: the default, none.
   */
  raises?: Raise[]
  /**
   * Domains that must never be blocked, nor any parent of them: friends, relays, the forge. Absent: the default, only your own domain is protected.
   */
  protected_domains?: string[]
  /**
   * How many people who can log in must hold a role with the permission administrator at all times. Absent: the default, 2.
   */
  minimum_owners?: number
  drift?: DriftPolicies
  show?: Show
  announce?: Announce
}
/**
 * How much one apply may change, by kind. Absent: the default, 25 creates, 25 updates, 5 deletes, 5 weakenings a kind.
 */
export interface Budgets {
  default?: BudgetLimits
  domain_block?: BudgetLimits
  email_domain_block?: BudgetLimits
  ip_block?: BudgetLimits
  role?: BudgetLimits
  moderator?: BudgetLimits
  rule?: BudgetLimits
  rule_order?: BudgetLimits
  setting?: BudgetLimits
  terms_of_service?: BudgetLimits
}
/**
 * Limits on one apply.
 */
export interface BudgetLimits {
  /**
   * How many objects of one kind an apply may create. Absent: the default, what `default` says, else 25.
   */
  create?: number
  /**
   * How many objects of one kind an apply may update. Absent: the default, what `default` says, else 25.
   */
  update?: number
  /**
   * How many objects of one kind an apply may delete. Absent: the default, what `default` says, else 5.
   */
  delete?: number
  /**
   * How many objects of one kind an apply may make weaker, such as a suspension lowered to a limit. Absent: the default, what `default` says, else 5.
   */
  weaken?: number
}
export interface Raise {
  /**
   * The kind whose budget is raised.
   */
  kind: 'domain-block' | 'email-domain-block' | 'ip-block' | 'role' | 'moderator' | 'rule' | 'rule-order' | 'setting' | 'terms-of-service'
  /**
   * The limit on creates while the raise holds. Absent: the default, not raised.
   */
  create?: number
  /**
   * The limit on updates while the raise holds. Absent: the default, not raised.
   */
  update?: number
  /**
   * The limit on deletes while the raise holds. Absent: the default, not raised.
   */
  delete?: number
  /**
   * The limit on weakenings while the raise holds. Absent: the default, not raised.
   */
  weaken?: number
  /**
   * The day, in UTC, from which the raise no longer holds, such as 2026-12-24.
   */
  until: string
  /**
   * Why, for whoever reads this later.
   */
  reason: string
}
/**
 * What happens when live differs from what Herdbook last applied. What would weaken, give access or open something is reported whatever this says. Absent: the default, every difference is reported and nothing is undone.
 */
export interface DriftPolicies {
  /**
   * What to do when someone changed a domain block by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  domain_block?: 'report' | 'correct'
  /**
   * What to do when someone changed an e-mail domain block by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  email_domain_block?: 'report' | 'correct'
  /**
   * What to do when someone changed an IP block by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  ip_block?: 'report' | 'correct'
  /**
   * What to do when someone changed a role by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  role?: 'report' | 'correct'
  /**
   * What to do when someone changed a moderator by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  moderator?: 'report' | 'correct'
  /**
   * What to do when someone changed a rule by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  rule?: 'report' | 'correct'
  /**
   * What to do when someone changed the order of the rules by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  rule_order?: 'report' | 'correct'
  /**
   * What to do when someone changed a setting by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  setting?: 'report' | 'correct'
  /**
   * What to do when someone changed the terms of service by hand: report it, or correct it back to what the file says. Absent: the default of its kind, report.
   */
  terms_of_service?: 'report' | 'correct'
}
/**
 * What of the live server may be printed where others can read it. Absent: the default, it is counted and not shown.
 */
export interface Show {
  /**
   * Show private comments of blocks that are not in the files. Absent: the default, false.
   */
  private_comments?: boolean
  /**
   * Show addresses and comments of IP blocks that are not in the files. Absent: the default, false.
   */
  ip_blocks?: boolean
  /**
   * Show names of people who hold a role and are not in the files. Absent: the default, false.
   */
  staff?: boolean
}
/**
 * Posts in the name of Herdbook's own account on the server that it manages: which servers were limited or suspended, and the public comment of the block. The token of mastodon.api needs the scopes write:statuses and read:statuses. Absent: the default, nothing is posted.
 */
export interface Announce {
  /**
   * Who sees the posts: unlisted (everybody who looks for them), public, or private (only followers).
   */
  visibility: 'unlisted' | 'public' | 'private'
  /**
   * How many days before a suspension that cuts follows of members is announced, by name. It is held back for so long after that, and the plan and the pull request say until when. One run posts at most five times: what has no room there is announced by the next run, its days counted from then. Absent: the default, it is applied at once and told then.
   */
  notice_days?: number
}
/**
 * Servers that are blocked or limited, each with all of its subdomains.
 */
export interface DomainBlocksFile {
  /**
   * The domain blocks. Absent: not managed, blocks on the server are left alone.
   */
  domain_blocks?: DomainBlock[]
  /**
   * Why the list above is empty. An empty list means that every block that Herdbook made is lifted, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface DomainBlock {
  /**
   * The domain, as people write it. Subdomains are covered too.
   */
  domain: string
  /**
   * suspend: nothing comes in, all data of that server and all follows are removed. limit: posts are hidden from everyone who does not follow their authors (silence in Mastodon's API). none: only the two reject settings act (noop in Mastodon's API).
   */
  severity: 'suspend' | 'limit' | 'none' | 'silence' | 'noop'
  /**
   * Refuse images and other files from there. Absent: the default, false. A suspension refuses them anyway: there, absent leaves what the server has.
   */
  reject_media?: boolean
  /**
   * Ignore reports from there. Absent: the default, false. A suspension ignores them anyway: there, absent leaves what the server has.
   */
  reject_reports?: boolean
  /**
   * Hide part of the name in the public list of blocks. Absent: the default, false.
   */
  obfuscate?: boolean
  /**
   * The reason that everybody may read. Absent: the default, no public comment.
   */
  public_comment?: string
  /**
   * A note for moderators. Absent: not managed, a note on the server is left alone, so that a public repository need not hold it.
   */
  private_comment?: string
  /**
   * Where it was discussed: a link for people, not sent to Mastodon. Absent: the default, none.
   */
  reported_in?: string
  /**
   * The day, in UTC, from which the block is lifted again, such as 2026-12-24. Absent: the default, it has no end.
   */
  until?: string
  /**
   * Consent to a suspension that cuts up to so many follows in either direction, for good. herdbook block writes a fifth more than it measures, and at least ten more: it is measured again before it is done, and refused if it has grown past this. Absent: the default, a suspension that cuts any is refused.
   */
  accept_severed_relationships?: number
}
/**
 * Mail providers whose addresses can not be used to sign up.
 */
export interface EmailDomainBlocksFile {
  /**
   * The blocked mail domains. Absent: not managed, those on the server are left alone.
   */
  email_domain_blocks?: EmailDomainBlock[]
  /**
   * Why the list above is empty. An empty list means that every mail domain block that Herdbook made is lifted, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface EmailDomainBlock {
  /**
   * The part of the address after the @.
   */
  domain: string
  /**
   * Let people sign up with such an address when a moderator approves them. Absent: the default, false: nobody can.
   */
  allow_with_approval?: boolean
  /**
   * The day, in UTC, from which the block is lifted again, such as 2026-12-24. Absent: the default, it has no end.
   */
  until?: string
}
/**
 * Addresses and networks that are kept from signing up, or out altogether.
 */
export interface IpBlocksFile {
  /**
   * The blocked addresses. Absent: not managed, those on the server are left alone.
   */
  ip_blocks?: IpBlock[]
  /**
   * Why the list above is empty. An empty list means that every IP block that Herdbook made is lifted, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface IpBlock {
  /**
   * An address such as 203.0.113.7, or a network such as 203.0.113.0/24.
   */
  ip: string
  /**
   * sign_up_requires_approval: a moderator approves each new account. sign_up_block: no new accounts. no_access: nothing at all, not even reading; a /8 is the widest network for it (IPv6: /24), and a sixteenth of all addresses the most for all entries together.
   */
  severity: 'sign_up_requires_approval' | 'sign_up_block' | 'no_access'
  /**
   * A note for moderators. Absent: not managed, a note on the server is left alone.
   */
  comment?: string
  /**
   * When Mastodon lets the block expire: a day such as 2026-12-24, or a time in UTC such as 2026-12-24T18:00:00Z. Absent: the default, it does not expire.
   */
  until?: string
}
/**
 * The roles that members can hold.
 */
export interface RolesFile {
  everyone?: BaseRole
  /**
   * The roles above the base role. Absent: not managed, roles on the server are left alone.
   */
  roles?: Role[]
  /**
   * Why the list above is empty. An empty list means that every role that Herdbook made is removed, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
/**
 * The base role that every member has. Absent: not managed.
 */
export interface BaseRole {
  /**
   * What everybody may do: invite_users, and from Mastodon 4.6 invite_bypass_approval. An empty list takes both away.
   */
  permissions: Permission[]
  /**
   * How many collections its holders may make (Mastodon 4.6 and later). Absent: not managed.
   */
  collection_limit?: number
}
export interface Role {
  /**
   * The name that members see.
   */
  name: string
  /**
   * Its rank: who has a higher number may act on those with a lower one. Moderator has 10, Admin 100, Owner 1000 on a new server.
   */
  position: number
  /**
   * What its holders may do, in the words of Mastodon's API.
   */
  permissions: Permission[]
  /**
   * The colour of its badge, in quotes: '#6364ff'. Absent: the default, no colour.
   */
  color?: string
  /**
   * Show the role as a badge on its holders' profiles. Absent: the default, false.
   */
  highlighted?: boolean
  /**
   * Its holders must use two-factor authentication (Mastodon 4.6 and later). Absent: the default, false.
   */
  require_2fa?: boolean
  /**
   * How many collections its holders may make (Mastodon 4.6 and later). Absent: not managed.
   */
  collection_limit?: number
  /**
   * The name that it had before, so that it is renamed and its holders keep it. Absent: the default, not renamed.
   */
  renamed_from?: string
}
/**
 * Who holds which role.
 */
export interface ModeratorsFile {
  /**
   * The people who hold a role. Absent: not managed, nobody gets or loses a role.
   */
  moderators?: Moderator[]
  /**
   * Write true to have the role taken away from anyone else who holds one. Absent: the default, others are reported and left alone.
   */
  only_these?: true
  /**
   * Why the list above is empty. An empty list means that everyone who got a role from Herdbook loses it, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface Moderator {
  /**
   * The username of an account on this server, without @ and domain.
   */
  account: string
  /**
   * The name of the role, as in roles.yaml or on the server.
   */
  role: string
  /**
   * The day that it began: for people, not sent to Mastodon. Absent: the default, none.
   */
  since?: string
  /**
   * The day, in UTC, from which the role is taken away, such as 2026-12-24. Absent: the default, it has no end.
   */
  until?: string
}
/**
 * The server rules, in their order.
 */
export interface RulesFile {
  /**
   * The rules, in the order in which members see them. Absent: not managed.
   */
  rules?: Rule[]
  /**
   * Why the list above is empty. An empty list means that every rule that Herdbook made is removed, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface Rule {
  /**
   * A short name that never changes, so that the text can: be-kind. Members do not see it.
   */
  key: string
  /**
   * The rule, in one sentence of at most 300 characters.
   */
  text: string
  /**
   * More about it, shown below the rule. Absent: the default, nothing more.
   */
  hint?: string
  /**
   * The rule in other languages, by language code such as de or pt-BR. Absent: the default, none.
   */
  translations?: {
    [k: string]: RuleTranslation
  }
}
/**
 * The rule in one other language.
 *
 * This interface was referenced by `undefined`'s JSON-Schema definition
 * via the `patternProperty` "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$".
 */
export interface RuleTranslation {
  /**
   * The rule, in one sentence of at most 300 characters.
   */
  text: string
  /**
   * More about it, shown below the rule. Absent: the default, nothing more.
   */
  hint?: string
}
/**
 * The server settings, by Mastodon's own names.
 */
export interface SettingsFile {
  settings?: Settings
}
/**
 * The settings. Absent: not managed; the same holds for each one that is not named.
 */
export interface Settings {
  /**
   * The username of the account that people should write to. It must exist, and needs site_contact_email beside it. Absent: not managed.
   */
  site_contact_username?: string
  /**
   * The mail address for matters that concern the server. Absent: not managed.
   */
  site_contact_email?: string
  /**
   * The name of the server. Absent: not managed.
   */
  site_title?: string
  /**
   * The server in a sentence or two, at most 200 characters. Absent: not managed.
   */
  site_short_description?: string
  site_extended_description?: LongText
  site_terms?: LongText
  /**
   * Who can sign up: open (everyone), approved (a moderator approves each), none (nobody). Absent: not managed.
   */
  registrations_mode?: 'open' | 'approved' | 'none'
  closed_registrations_message?: LongText
  /**
   * Whether people must say why they want to join, where a moderator approves each. Absent: not managed.
   */
  require_invite_text?: boolean
  /**
   * Whether new members solve a hCaptcha. Absent: not managed.
   */
  captcha_enabled?: boolean
  /**
   * The age, in years, that people must have to sign up. Write null for no number. Absent: not managed.
   */
  min_age?: number | null
  /**
   * Accounts recommended to new members: usernames of this server, with commas between them. Absent: not managed.
   */
  bootstrap_timeline_accounts?: string
  /**
   * The look of the web interface for visitors and by default. Absent: not managed.
   */
  theme?: string
  custom_css?: LongText
  /**
   * Whether counts of posts and active members are published. Absent: not managed.
   */
  activity_api_enabled?: boolean
  /**
   * Whether the list of known servers is published. Absent: not managed.
   */
  peers_api_enabled?: boolean
  /**
   * Whether link previews on other sites show sensitive media. Absent: not managed.
   */
  preview_sensitive_media?: boolean
  /**
   * Whether there is a directory of profiles. Absent: not managed.
   */
  profile_directory?: boolean
  /**
   * Whether trends are shown. Absent: not managed.
   */
  trends?: boolean
  /**
   * Whether hashtags can trend without review by a moderator. Absent: not managed.
   */
  trendable_by_default?: boolean
  /**
   * Whether visitors see trends first (until Mastodon 4.4; later landing_page). Absent: not managed.
   */
  trends_as_landing_page?: boolean
  /**
   * Whether visitors can see public timelines (until Mastodon 4.4; later the feed access settings). Absent: not managed.
   */
  timeline_preview?: boolean
  /**
   * Who can see the list of blocked servers: disabled (nobody), users (members), all (everybody). Absent: not managed.
   */
  show_domain_blocks?: 'disabled' | 'users' | 'all'
  /**
   * Who can see the public comments on it: disabled (nobody), users (members), all (everybody). Absent: not managed.
   */
  show_domain_blocks_rationale?: 'disabled' | 'users' | 'all'
  /**
   * Whether other sites learn that a visitor came from this server. Absent: not managed.
   */
  allow_referrer_origin?: boolean
  /**
   * Whether search engines are asked to leave members out, unless they choose otherwise. Absent: not managed.
   */
  noindex?: boolean
  /**
   * Days after which copies of media of other servers are deleted. Write null for no number. Absent: not managed.
   */
  media_cache_retention_period?: number | null
  /**
   * Days after which posts of other servers are deleted, with bookmarks and favourites of them: can not be undone. Write null for no number. Absent: not managed.
   */
  content_cache_retention_period?: number | null
  /**
   * Days that members' archives are kept. Write null for no number. Absent: not managed.
   */
  backups_retention_period?: number | null
  /**
   * The address of a page that tells whether the server is up. Absent: not managed.
   */
  status_page_url?: string
  /**
   * Whether other servers must sign even their reading requests. Absent: not managed.
   */
  authorized_fetch?: boolean
  /**
   * Who can see the live feed of this server: public, authenticated (members), disabled (Mastodon 4.5 and later). Absent: not managed.
   */
  local_live_feed_access?: 'public' | 'authenticated' | 'disabled'
  /**
   * Who can see the live feed of other servers: public, authenticated (members), disabled (Mastodon 4.5 and later). Absent: not managed.
   */
  remote_live_feed_access?: 'public' | 'authenticated' | 'disabled'
  /**
   * Who can see hashtag and link feeds of this server: public, authenticated (members) (Mastodon 4.5 and later). Absent: not managed.
   */
  local_topic_feed_access?: 'public' | 'authenticated'
  /**
   * Who can see hashtag and link feeds of other servers: public, authenticated (members), disabled (Mastodon 4.5 and later). Absent: not managed.
   */
  remote_topic_feed_access?: 'public' | 'authenticated' | 'disabled'
  /**
   * What visitors see first: trends, local_feed, about (Mastodon 4.5 and later), overview (4.6 and later). Absent: not managed.
   */
  landing_page?: 'trends' | 'overview' | 'local_feed' | 'about'
  /**
   * Whether members get a review of their year (Mastodon 4.6 and later). Absent: not managed.
   */
  wrapstodon?: boolean
  email_footer_text?: LongText
  /**
   * The picture of the server in words (Mastodon 4.6 and later). Absent: not managed.
   */
  thumbnail_description?: string
}
/**
 * The terms of service, one entry a version. Published versions never change: to change the terms, add a version.
 */
export interface TermsOfServiceFile {
  /**
   * The versions. Absent: not managed.
   */
  terms_of_service?: TermsVersion[]
  /**
   * Why the list above is empty. An empty list means that no version is managed any more; published ones stay, so it has to be said on purpose. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface TermsVersion {
  /**
   * The day from which they hold, such as 2027-01-01. No two versions share one.
   */
  effective_date: string
  text: LongText
  /**
   * What is new, for members to read.
   */
  changelog: string
  /**
   * Write true to have Mastodon send a mail about this version to all active members, once: can not be undone. Absent: the default, no mail.
   */
  notify_members?: true
}
