import type { Advice } from '../../../instance/diagnostic.ts'

/** A table, as the object of a sentence. */
export const ROLE_HOLDERS = 'the accounts that hold a role'

export const NO_RESULT =
  'Herdbook sent this change, but the server gave no answer. Perhaps it was made, perhaps not: the next plan shows it.'

export const changedSincePlan = (ref: string): Advice => ({
  message: `${ref} has changed since the plan, so Herdbook did nothing to it.`,
  hint: 'Plan again to see what it is now: `herdbook plan`',
})

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

/** Where the effects of a write happen. */
export const SIDEKIQ = "Mastodon's Sidekiq"
