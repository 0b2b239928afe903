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
  'announcements.yaml'?: AnnouncementsFile
  'domain-blocks.yaml'?: DomainBlocksFile
  'email-domain-blocks.yaml'?: EmailDomainBlocksFile
  'ip-blocks.yaml'?: IpBlocksFile
  'roles.yaml'?: RolesFile
  'moderators.yaml'?: ModeratorsFile
  'rules.yaml'?: RulesFile
  'settings.yaml'?: SettingsFile
  'terms-of-service.yaml'?: TermsOfServiceFile
  'username-blocks.yaml'?: UsernameBlocksFile
}
/**
 * The server that this repository describes, and the connections to it. Write only names of secrets here, never a secret itself.
 */
export interface InstanceFile {
  /**
   * A short name for this server, such as staging. The names of the ledger and the lock contain it. Absent: the default, production.
   */
  environment?: string
  /**
   * The domain in your members' handles: herd.example in @alice@herd.example. Herdbook first checks that every connection leads to this server.
   */
  domain: string
  mastodon?: Connections
  ssh?: SshConnection
  /**
   * The username that Mastodon's audit log shows when the console writes, such as herdbook. In Mastodon, an account cannot give a role above its own. To manage roles and moderators, name an account with the role Owner. Absent: the default, the account of the API token.
   */
  acting_account?: string
  ledger_key?: Secret
  old_ledger_key?: Secret
  forge?: Forge
}
/**
 * The connections to Mastodon. Absent: not managed, Herdbook cannot read or write anything.
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
 * Where a secret is: { env: NAME } or { file: PATH }, one of the two. Never write the secret itself in these files.
 */
export interface Secret {
  /**
   * The name of the environment variable with the secret, such as HERDBOOK_TOKEN. Absent: the default, the secret is in a file.
   */
  env?: string
  /**
   * The path of a file that contains only the secret. It must be outside the repository. Absent: the default, the secret is in an environment variable.
   */
  file?: string
}
/**
 * Mastodon's database, to read everything at once. Needs reader: true, or exactly one of native, podman, docker_compose and kubernetes. Absent: not managed through this connection; Herdbook reads through the API and the console.
 */
export interface DatabaseConnection {
  /**
   * How to reach it: ssh (the machine under ssh below) or local (the machine that Herdbook runs on).
   */
  over: 'ssh' | 'local'
  /**
   * Write true if you ran `herdbook reader install` there: the SSH key can then only read. Absent: the default, Herdbook runs psql as native, podman, docker_compose or kubernetes says.
   */
  reader?: true
  reader_key?: Secret
  native?: NativeDatabase
  podman?: PodmanDatabase
  docker_compose?: DockerComposeDatabase
  kubernetes?: KubernetesDatabase
}
/**
 * PostgreSQL installed on the machine. Write { } to use all defaults.
 */
export interface NativeDatabase {
  /**
   * The system user that runs psql (with sudo), such as postgres. Absent: the default, the user who is logged in.
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
   * The path of psql. Absent: the default, the first psql in the search path.
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
   * The system user (with sudo) whose podman runs the container. Absent: the default, the user who is logged in.
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
   * The pod that PostgreSQL runs in, or its owner, such as statefulset/mastodon-postgresql.
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
   * The path of the kubeconfig file. Absent: the default, the one that kubectl finds.
   */
  kubeconfig?: string
}
/**
 * Mastodon's console, to write roles, moderators, rules, settings and terms. Needs exactly one of native, podman, docker_compose and kubernetes. Absent: not managed through this connection; Herdbook can write only the block lists.
 */
export interface ConsoleConnection {
  /**
   * How to reach it: ssh (the machine under ssh below) or local (the machine that Herdbook runs on).
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
   * The system user that runs the console (with sudo), usually mastodon. Absent: the default, the user who is logged in.
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
   * The system user (with sudo) whose podman runs the container. Absent: the default, the user who is logged in.
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
   * The pod that Mastodon's web process runs in, or its owner, such as deployment/mastodon-web.
   */
  pod: string
  /**
   * The container inside the pod. Absent: the default, the first one.
   */
  container?: string
  /**
   * The path of the kubeconfig file. Absent: the default, the one that kubectl finds.
   */
  kubeconfig?: string
}
/**
 * How to log in to the machine, for connections with over: ssh. Absent: not managed, no connection can have over: ssh.
 */
export interface SshConnection {
  /**
   * The name or address of the machine, such as herd.example.
   */
  host: string
  /**
   * The port that its SSH server listens on. Absent: the default, 22.
   */
  port?: number
  /**
   * The user to log in as, such as herdbook.
   */
  user: string
  /**
   * The public key of the machine or its fingerprint: SHA256:… `ssh-keyscan HOST | ssh-keygen -lf -` prints it. Herdbook never connects to a machine with another key.
   */
  host_key: string
  key?: Secret
  /**
   * Whether to ask the SSH agent for a key. Absent: the default, true if there is no key, else false.
   */
  agent?: boolean
  passphrase?: Secret
}
/**
 * Where people approve pull requests. Absent: the default, the person who confirms an apply approves it.
 */
export interface Forge {
  /**
   * The repository on GitHub, as owner/name. Its merged pull requests approve changes.
   */
  github: string
}
/**
 * What an apply may do, and what must never happen.
 */
export interface PolicyFile {
  /**
   * The owners: people on GitHub who can approve by hand, start the first apply, unlock, and sign the ledger again. A change of a file that CODEOWNERS gives to the owners needs one of them. To change this list, open a pull request. Absent: the default, nobody is an owner, and Herdbook refuses what only an owner may start.
   *
   * @minItems 1
   *
   * Items: A name on GitHub, without the @, such as alice.
   */
  owners?: [string, ...string[]]
  budgets?: Budgets
  /**
   * Higher budgets for a limited time, each with a reason. Absent: the default, none.
   */
  raises?: Raise[]
  /**
   * Domains that must never be blocked, such as friends and relays. Their parent domains are protected too. Absent: the default, only your own domain is protected.
   */
  protected_domains?: string[]
  /**
   * How many people must always have a role with the permission administrator, and be able to log in. Absent: the default, 2.
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
  username_block?: BudgetLimits
  role?: BudgetLimits
  moderator?: BudgetLimits
  rule?: BudgetLimits
  rule_order?: BudgetLimits
  announcement?: BudgetLimits
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
   * How many objects of one kind an apply may make weaker, such as from suspend to limit. Absent: the default, what `default` says, else 5.
   */
  weaken?: number
}
export interface Raise {
  /**
   * The kind whose budget is raised.
   */
  kind:
    | 'domain-block'
    | 'email-domain-block'
    | 'ip-block'
    | 'username-block'
    | 'role'
    | 'moderator'
    | 'rule'
    | 'rule-order'
    | 'announcement'
    | 'setting'
    | 'terms-of-service'
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
   * The day (UTC) on which the raise ends, such as 2026-12-24.
   */
  until: string
  /**
   * The reason, for people who read this later.
   */
  reason: string
}
/**
 * What Herdbook does if someone changed the server by hand. A correction that would weaken, give access or open something is never made, only reported. Absent: the default, Herdbook reports every difference and undoes nothing.
 */
export interface DriftPolicies {
  /**
   * If someone changed a domain block by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  domain_block?: 'report' | 'correct'
  /**
   * If someone changed an e-mail domain block by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  email_domain_block?: 'report' | 'correct'
  /**
   * If someone changed an IP block by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  ip_block?: 'report' | 'correct'
  /**
   * If someone changed a username block by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  username_block?: 'report' | 'correct'
  /**
   * If someone changed a role by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  role?: 'report' | 'correct'
  /**
   * If someone changed a moderator by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  moderator?: 'report' | 'correct'
  /**
   * If someone changed a rule by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  rule?: 'report' | 'correct'
  /**
   * If someone changed the order of the rules by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  rule_order?: 'report' | 'correct'
  /**
   * If someone changed an announcement by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  announcement?: 'report' | 'correct'
  /**
   * If someone changed a setting by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  setting?: 'report' | 'correct'
  /**
   * If someone changed the terms of service by hand: report it, or correct it back to the files' version. Absent: the default of its kind, report.
   */
  terms_of_service?: 'report' | 'correct'
}
/**
 * Which details of the server Herdbook may print where others can read them. Absent: the default, Herdbook counts them and does not show them.
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
   * Show names of people who have a role and are not in the files. Absent: the default, false.
   */
  staff?: boolean
}
/**
 * Posts by Herdbook's own account on your server. They say which servers were limited or suspended, with the public comment of the block. The token of mastodon.api needs the scopes write:statuses and read:statuses. Absent: the default, Herdbook posts nothing.
 */
export interface Announce {
  /**
   * Who sees the posts: public, unlisted (everybody, but not in public timelines), or private (only followers).
   */
  visibility: 'unlisted' | 'public' | 'private'
  /**
   * How many days before it cuts follows of members a suspension is announced, by name. Herdbook waits for that long; the plan and the pull request show until when. One run posts at most five times. The next run announces the rest, and their days count from then. Absent: the default, Herdbook applies it at once and announces it then.
   */
  notice_days?: number
}
/**
 * The announcements that members see above their timelines. What is in the list is published.
 */
export interface AnnouncementsFile {
  /**
   * The announcements. Absent: not managed, those on the server stay unchanged.
   */
  announcements?: Announcement[]
  /**
   * The reason why the list above is empty. With an empty list, Herdbook removes every announcement that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface Announcement {
  /**
   * A short name for the announcement, such as move-in-june. It must never change, but the text can. Members do not see it.
   */
  key: string
  /**
   * What members read. Links, @names and #hashtags become links.
   */
  text: string
  /**
   * When that begins which the text is about: a day such as 2026-12-24, or a time in UTC such as 2026-12-24T18:00:00Z. Members see the announcement before it, too. It needs until. Absent: the default, no times.
   */
  from?: string
  /**
   * When it ends: a day or a time, as in from. Mastodon then takes the announcement away by itself. It needs from. Absent: the default, no times.
   */
  until?: string
  /**
   * Whether members see only the days of from and until, without the times. It needs both. Absent: the default, false.
   */
  all_day?: boolean
  /**
   * Write true to make Mastodon send one mail with this announcement to all members. This cannot be undone. Absent: the default, no mail.
   */
  notify_members?: true
}
/**
 * Servers that you block or limit. Each entry also covers all subdomains.
 */
export interface DomainBlocksFile {
  /**
   * The domain blocks. Absent: not managed, blocks on the server stay unchanged.
   */
  domain_blocks?: DomainBlock[]
  /**
   * The reason why the list above is empty, such as We lifted the last block. With an empty list, Herdbook removes every block that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface DomainBlock {
  /**
   * The domain, such as spam.example. Its subdomains are covered too.
   */
  domain: string
  /**
   * suspend: nothing comes in, and Mastodon removes all data of that server and all follows. limit: people see a post from there only if they follow its author (silence in Mastodon's API). none: only the two reject settings work (noop in Mastodon's API).
   */
  severity: 'suspend' | 'limit' | 'none' | 'silence' | 'noop'
  /**
   * Refuse images and other files from there. Absent: the default, false. A suspension always refuses them; there, absent keeps the server's value.
   */
  reject_media?: boolean
  /**
   * Ignore reports from there. Absent: the default, false. A suspension always ignores them; there, absent keeps the server's value.
   */
  reject_reports?: boolean
  /**
   * Hide part of the name in the public list of blocks. Absent: the default, false.
   */
  obfuscate?: boolean
  /**
   * The reason, such as Spam. Everybody may read it. Absent: the default, no public comment.
   */
  public_comment?: string
  /**
   * A note for moderators. Absent: not managed, a note on the server stays unchanged. So a public repository does not need to contain it.
   */
  private_comment?: string
  /**
   * A link to the discussion, such as https://git.example.org/issues/12. Herdbook does not send it to Mastodon. Absent: the default, none.
   */
  reported_in?: string
  /**
   * The day (UTC) on which the block ends, such as 2026-12-24. Absent: the default, it has no end.
   */
  until?: string
  /**
   * How many follows, in both directions, this suspension may cut for good. herdbook block measures them and writes a fifth more, and at least ten more. Herdbook measures again before the suspension, and refuses it if there are more. Absent: the default, a suspension that cuts any follow is refused.
   */
  accept_severed_relationships?: number
}
/**
 * Mail providers whose addresses people cannot use to sign up.
 */
export interface EmailDomainBlocksFile {
  /**
   * The blocked mail domains. Absent: not managed, those on the server stay unchanged.
   */
  email_domain_blocks?: EmailDomainBlock[]
  /**
   * The reason why the list above is empty, such as We lifted the last block. With an empty list, Herdbook removes every mail domain block that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface EmailDomainBlock {
  /**
   * The part of the address after the @, such as trashmail.example.
   */
  domain: string
  /**
   * Let people sign up with such an address if a moderator approves them. Absent: the default, false, nobody can.
   */
  allow_with_approval?: boolean
  /**
   * The day (UTC) on which the block ends, such as 2026-12-24. Absent: the default, it has no end.
   */
  until?: string
}
/**
 * Addresses and networks that cannot sign up, or have no access at all.
 */
export interface IpBlocksFile {
  /**
   * The blocked addresses. Absent: not managed, those on the server stay unchanged.
   */
  ip_blocks?: IpBlock[]
  /**
   * The reason why the list above is empty, such as We lifted the last block. With an empty list, Herdbook removes every IP block that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface IpBlock {
  /**
   * An address such as 203.0.113.7, or a network such as 203.0.113.0/24.
   */
  ip: string
  /**
   * sign_up_requires_approval: a moderator approves each new account. sign_up_block: no new accounts. no_access: nothing at all, not even reading. The widest network for no_access is /8 (IPv6: /24). All no_access entries together may block at most a sixteenth of all addresses.
   */
  severity: 'sign_up_requires_approval' | 'sign_up_block' | 'no_access'
  /**
   * A note for moderators. Absent: not managed, a note on the server stays unchanged.
   */
  comment?: string
  /**
   * When the block expires in Mastodon: a day such as 2026-12-24, or a time in UTC such as 2026-12-24T18:00:00Z. Absent: the default, it does not expire.
   */
  until?: string
}
/**
 * The roles that members can hold.
 */
export interface RolesFile {
  everyone?: BaseRole
  /**
   * The roles above the base role. Absent: not managed, roles on the server stay unchanged.
   */
  roles?: Role[]
  /**
   * The reason why the list above is empty. With an empty list, Herdbook removes every role that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
/**
 * The base role that every member has. Absent: not managed.
 */
export interface BaseRole {
  /**
   * What every member may do: invite_users, and from Mastodon 4.6 also invite_bypass_approval. An empty list removes both.
   */
  permissions: Permission[]
  /**
   * How many collections an account with this role may make (Mastodon 4.6 and later). Absent: not managed.
   */
  collection_limit?: number
}
export interface Role {
  /**
   * The name that members see.
   */
  name: string
  /**
   * The rank of the role. People with a higher number can act on people with a lower one. On a new server, Moderator has 10, Admin 100, Owner 1000.
   */
  position: number
  /**
   * What people with this role may do, with the names of Mastodon's API, such as manage_reports.
   */
  permissions: Permission[]
  /**
   * The colour of its badge, in quotes: '#6364ff'. Absent: the default, no colour.
   */
  color?: string
  /**
   * Show the role as a badge on profiles. Absent: the default, false.
   */
  highlighted?: boolean
  /**
   * People with this role must use two-factor authentication (Mastodon 4.6 and later). Absent: the default, false.
   */
  require_2fa?: boolean
  /**
   * How many collections an account with this role may make (Mastodon 4.6 and later). Absent: not managed.
   */
  collection_limit?: number
  /**
   * The name that it had before, so that it is renamed and its holders keep it. Absent: the default, not renamed.
   */
  renamed_from?: string
}
/**
 * Which account has which role.
 */
export interface ModeratorsFile {
  /**
   * The accounts with a role. Absent: not managed, nobody gets or loses a role.
   */
  moderators?: Moderator[]
  /**
   * Write true to take the role from every account that is not in the list. Absent: the default, Herdbook reports the others and changes nothing.
   */
  only_these?: true
  /**
   * The reason why the list above is empty. With an empty list, everyone who got a role from Herdbook loses it. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface Moderator {
  /**
   * The username of an account on this server, without @ and domain, such as alice.
   */
  account: string
  /**
   * The name of the role, as in roles.yaml or on the server, such as Moderator.
   */
  role: string
  /**
   * The day on which it began, such as 2025-05-20. Herdbook does not send it to Mastodon. Absent: the default, none.
   */
  since?: string
  /**
   * The day (UTC) on which the account loses the role, such as 2026-12-24. Absent: the default, it has no end.
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
   * The reason why the list above is empty. With an empty list, Herdbook removes every rule that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface Rule {
  /**
   * A short name for the rule, such as be-kind. It must never change, but the text can. Members do not see it.
   */
  key: string
  /**
   * The rule, in one sentence of at most 300 characters.
   */
  text: string
  /**
   * An explanation below the rule. Absent: the default, none.
   */
  hint?: string
  /**
   * The rule in other languages, by language code, such as de or pt-BR. Absent: the default, none.
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
   * An explanation below the rule. Absent: the default, none.
   */
  hint?: string
}
/**
 * The server settings, with Mastodon's own names.
 */
export interface SettingsFile {
  settings?: Settings
}
/**
 * The settings. Absent: not managed. A setting that is not in the list is not managed either.
 */
export interface Settings {
  /**
   * The username of the account that people can write to, such as alice. It must exist, and you must also write site_contact_email. Absent: not managed.
   */
  site_contact_username?: string
  /**
   * The mail address for questions about the server, such as hello@herd.example. Absent: not managed.
   */
  site_contact_email?: string
  /**
   * The name of the server. Absent: not managed.
   */
  site_title?: string
  /**
   * A description of the server in one or two sentences, at most 200 characters. Absent: not managed.
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
   * Whether people must say why they want to join, if a moderator approves each account. Absent: not managed.
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
   * Accounts that Mastodon recommends to new members: usernames of this server, such as alice,bob. Absent: not managed.
   */
  bootstrap_timeline_accounts?: string
  /**
   * The theme of the web interface for visitors, and the default for members. Absent: not managed.
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
   * Whether search engines should leave out members. Members can choose for themselves. Absent: not managed.
   */
  noindex?: boolean
  /**
   * Days after which Mastodon deletes copies of media of other servers. Write null for no number. Absent: not managed.
   */
  media_cache_retention_period?: number | null
  /**
   * Days after which Mastodon deletes posts of other servers, with bookmarks and favourites of them. This cannot be undone. Write null for no number. Absent: not managed.
   */
  content_cache_retention_period?: number | null
  /**
   * How many days Mastodon keeps members' archives. Write null for no number. Absent: not managed.
   */
  backups_retention_period?: number | null
  /**
   * The address of a page that shows if the server is up, such as https://status.herd.example. Absent: not managed.
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
   * A description of the server's picture (Mastodon 4.6 and later). Absent: not managed.
   */
  thumbnail_description?: string
}
/**
 * The terms of service, one entry for each version. Published versions never change. To change the terms, add a version.
 */
export interface TermsOfServiceFile {
  /**
   * The versions. Absent: not managed.
   */
  terms_of_service?: TermsVersion[]
  /**
   * The reason why the list above is empty. With an empty list, Herdbook no longer manages any version; published ones stay. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface TermsVersion {
  /**
   * The day on which this version begins, such as 2027-01-01. Each version needs its own day.
   */
  effective_date: string
  text: LongText
  /**
   * What is new in this version, for members.
   */
  changelog: string
  /**
   * Write true to make Mastodon send one mail about this version to all active members. This cannot be undone. Absent: the default, no mail.
   */
  notify_members?: true
}
/**
 * Usernames that people cannot use to sign up. Mastodon has them from 4.5.
 */
export interface UsernameBlocksFile {
  /**
   * The blocked usernames. Absent: not managed, those on the server stay unchanged.
   */
  username_blocks?: UsernameBlock[]
  /**
   * The reason why the list above is empty, such as We lifted the last block. With an empty list, Herdbook removes every username block that it made. Absent: the default, an empty list is refused.
   */
  emptied_on_purpose?: string
}
export interface UsernameBlock {
  /**
   * A username, or a part of one, without @, such as admin. Capitals mean nothing, and Mastodon takes 4dm1n for admin.
   */
  username: string
  /**
   * Only this username, not all that it is a part of. Absent: the default, false, it may be a part.
   */
  exact?: boolean
  /**
   * Let people sign up with such a username if a moderator approves them. Absent: the default, false, nobody can.
   */
  allow_with_approval?: boolean
  /**
   * The day (UTC) on which the block ends, such as 2026-12-24. Absent: the default, it has no end.
   */
  until?: string
}
