import type { KindWords } from '../../../described.ts'
import type { Advice } from '../../../../instance/diagnostic.ts'
/** Why an account cannot get a role yet. */
export const noAccountYet = (name: string): string => `There is no account @${name} yet.`
export const notConfirmed = (name: string): string => `@${name} has not confirmed the e-mail address yet.`
export const notApproved = (name: string): string => `The sign-up of @${name} is not approved yet.`
export const suspended = (name: string): string => `@${name} is suspended.`
export const loginDisabled = (name: string): string => `The login of @${name} is disabled.`
export const movedAway = (name: string): string => `@${name} has moved to another account.`

/** Names of accounts that Herdbook acts as, as the subject of a sentence. */
export const TOKEN_ACCOUNT = 'the account of mastodon.api.token'
export const TOKEN_ACCOUNT_ACTS = `${TOKEN_ACCOUNT}, which Herdbook acts as,`
export const actingAccount = (name: string): string =>
  `@${name}, the account that Herdbook acts as (acting_account in instance.yaml),`
export const perhapsTokenAccount = (why: string): string =>
  `${TOKEN_ACCOUNT}, which Herdbook could not look up (${why}) and which may be this one,`

export const actorCannotLogIn = (why: string): string =>
  `The account that Herdbook acts as (acting_account in instance.yaml) cannot log in: ${why}`
export const noActor = (name: string): string =>
  `This server has no account @${name}, ` +
  'but instance.yaml names it as acting_account: the account that Herdbook acts as.'
export const NAME_ACTOR =
  'In instance.yaml, name an account that exists and can log in, for example acting_account: owner'

/** The acting account and its role. */
interface ActorAndRole {
  readonly account: string
  readonly role: string
}

export const NO_ROLE = 'no role'

const acting = ({ account, role }: ActorAndRole): string =>
  `The account that Herdbook acts as (acting_account in instance.yaml), @${account} (${role}),`

export const roleOutranks = (
  own: ActorAndRole & { readonly ref: string; readonly rank: number; readonly ownRank: number },
): string =>
  `Herdbook cannot change ${own.ref}, because its position is ${own.rank}. ` +
  `${acting(own)} has only the position ${own.ownRank}.`

/** `name` is the account that holds the role `held`. */
export const holderOutranks = (
  own: ActorAndRole & {
    readonly ref: string
    readonly name: string
    readonly held: string
    readonly rank: number
    readonly ownRank: number
  },
): string =>
  `Herdbook cannot change ${own.ref}, because @${own.name} holds ${own.held} with the position ${own.rank}. ` +
  `${acting(own)} has only the position ${own.ownRank}.`

export const lacksManageRoles = ({ ref, ...actor }: ActorAndRole & { readonly ref: string }): string =>
  `Herdbook cannot change ${ref}. ${acting(actor)} lacks the permission manage_roles.`

const willRefuse = (own: ActorAndRole & { readonly ref: string }, why: string): string =>
  `Mastodon will refuse ${own.ref}. ${acting(own)} cannot give ${why}.`

export const rankTooLow = (
  own: ActorAndRole & { readonly ref: string; readonly rank: number; readonly ownRank: number },
): string => willRefuse(own, `the position ${own.rank}, because its own position is only ${own.ownRank}`)

export const permissionsMissing = (
  own: ActorAndRole & { readonly ref: string; readonly missing: readonly string[] },
): string => willRefuse(own, `permissions that it does not have itself: ${own.missing.join(', ')}`)

export const MODERATOR = { one: 'moderator', many: 'moderators' }
export const ROLE = { one: 'role', many: 'roles' }
export const RULE = { one: 'rule', many: 'rules' }
export const RULE_ORDER = { one: 'order of the rules', many: 'orders of the rules', whole: 'the order of the rules' }
export const SETTING = { one: 'setting', many: 'settings' }
export const TERMS = {
  one: 'version of the terms of service',
  many: 'versions of the terms of service',
  whole: 'the terms of service',
}

export const unlistedRole = (id: string): string =>
  `An account holds a role that the server does not list (its id is ${id}).`

/** `there` are the roles that the server has. */
export const noSuchRole = (moderator: {
  readonly ref: string
  readonly role: string
  readonly there: readonly string[]
}): Advice => ({
  message: `${moderator.ref}: the server has no role ${moderator.role}. It has ${moderator.there.join(', ')}.`,
  hint:
    'Correct the role in moderators.yaml. ' +
    `If someone renamed the role on the server: herdbook adopt ${moderator.ref}`,
})

export const removeFromFiles = (name: string): string =>
  `Remove @${name} from the files: herdbook demote ${name}. ` +
  `If the removal was a mistake, an owner types: herdbook demote ${name} --let-go "why"`

export const SESSIONS_END = 'Mastodon logs the account out, and its tokens stop working.'

export const rolesOfOneName = (name: string): Advice => ({
  message: `The server has more than one role called "${name}".`,
  hint: 'Rename one of them in Mastodon. Herdbook tells roles apart by name.',
})

export const givesAdministrator = (ref: string): string =>
  `${ref} gets the permission administrator. Every account with this role may then do everything.`

export const oddSetting = (name: string): string =>
  `The value of the setting ${name} is not a text, a number, or yes or no.`
export const settingNotYaml = (name: string): string => `The value of the setting ${name} is not YAML.`

export const noSuchContact = ({ ref, name }: { readonly ref: string; readonly name: string }): Advice => ({
  message: `${ref}: this server has no account @${name}.`,
  hint: 'As site_contact_username, write the name of an account on this server, without the domain.',
})

export const draftsOfTerms = (count: number): string =>
  `${count === 1 ? '1 draft of the terms of service is' : `${count} drafts of the terms of service are`} left out. ` +
  'The files hold only published versions.'

export const MAILS_MEMBERS =
  'Mastodon sends a mail to every member who was active in the last year. It shows the terms to everyone else at login.'

export const termsPast = (date: string): Advice => ({
  message: `Terms cannot be published for ${date}, because that day has passed.`,
  hint: 'Set a date that is today or later.',
})

export const termsPublished = (date: string): Advice => ({
  message: `The terms of ${date} are published. Terms that members have seen cannot be changed.`,
  hint: 'Put the old text back and add an entry with a later effective_date.',
})

/** Where the effects of a write happen, and what they are. */
export const SIDEKIQ = "Mastodon's Sidekiq"
export const mailAboutTerms = (date: string): string => `the mail to members about the terms of ${date}`

export const ROLE_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'adds the role {id}', many: 'adds {n} roles' },
    { action: 'update', one: 'changes the role {id}', many: 'changes {n} roles' },
    { action: 'delete', one: 'removes the role {id}', many: 'removes {n} roles' },
  ],
}

export const MODERATOR_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'gives {after.role} to {id}', many: 'gives a role to {n} people' },
    {
      action: 'update',
      one: 'moves {id} from {before.role} to {after.role}',
      many: 'changes the role of {n} people',
    },
    { action: 'delete', one: 'takes {seen.role} from {id}', many: 'takes the role from {n} people' },
  ],
}

export const RULE_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'adds the rule {id}', many: 'adds {n} rules' },
    { action: 'update', one: 'rewords the rule {id}', many: 'rewords {n} rules' },
    { action: 'delete', one: 'removes the rule {id}', many: 'removes {n} rules' },
  ],
}

export const RULE_ORDER_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'orders the rules', many: 'orders the rules' },
    { action: 'update', one: 'puts the rules in another order', many: 'puts the rules in another order' },
    { action: 'delete', one: 'drops the order of the rules', many: 'drops the order of the rules' },
  ],
}

export const SETTING_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'sets {id}', many: 'sets {n} settings' },
    { action: 'update', one: 'changes the setting {id}', many: 'changes {n} settings' },
    { action: 'delete', one: 'returns {id} to its default', many: 'returns {n} settings to their default' },
  ],
}

export const TERMS_WORDS: KindWords = {
  phrases: [
    {
      action: 'create',
      to: { notified: true },
      one: 'publishes the terms of service of {id} and notifies all members',
      many: 'publishes {n} terms of service and notifies all members',
    },
    { action: 'create', one: 'publishes the terms of service of {id}', many: 'publishes {n} terms of service' },
    {
      action: 'update',
      to: { notified: true },
      one: 'notifies all members about the terms of service of {id}',
      many: 'notifies all members about {n} terms of service',
    },
    { action: 'update', one: 'edits the terms of service of {id}', many: 'edits {n} terms of service' },
    { action: 'delete', one: 'removes the terms of service of {id}', many: 'removes {n} terms of service' },
  ],
}
