import type { Action, Hazard } from '../reconcile/values.ts'
import type { Fields } from '../instance/values.ts'

/** A step in words: `{id}`, `{before.FIELD}`, `{after.FIELD}` and `{seen.FIELD}` are names, `{n}` a number of steps. */
export interface Phrase {
  readonly action: Action
  /** Fits only a change from, or to, these values; the first phrase that fits is used. */
  readonly from?: Fields
  readonly to?: Fields
  readonly one: string
  readonly many: string
}

export interface KindWords {
  readonly phrases: readonly Phrase[]
  /** The field that says most about an object. */
  readonly main?: string
  /** It gives a person power: always named where names may be shown, never only counted. */
  readonly staff?: true
  /** Words for a field's values, if the API has other words. */
  readonly values?: { readonly [field: string]: { readonly [value: string]: string } }
  /** What its impact does to follows, by hazard. */
  readonly impact?: { readonly [hazard in Hazard]: string }
}

/** The words of each kind. A kind without an entry uses its title. */
export const WORDS: { readonly [kind: string]: KindWords } = {
  'domain-block': {
    main: 'severity',
    values: { severity: { silence: 'limit', noop: 'none' } },
    impact: { irreversible: 'removes', disruptive: 'hides', reversible: 'hides' },
    phrases: [
      { action: 'create', to: { severity: 'suspend' }, one: 'blocks {id}', many: 'blocks {n} domains' },
      { action: 'create', to: { severity: 'silence' }, one: 'limits {id}', many: 'limits {n} domains' },
      {
        action: 'create',
        to: { reject_media: true },
        one: 'rejects media from {id}',
        many: 'rejects media from {n} domains',
      },
      {
        action: 'create',
        to: { reject_reports: true },
        one: 'rejects reports from {id}',
        many: 'rejects reports from {n} domains',
      },
      { action: 'create', one: 'lists {id} without a limit', many: 'lists {n} domains without a limit' },
      {
        action: 'update',
        to: { severity: 'suspend' },
        one: 'raises {id} from {before.severity} to suspend',
        many: 'raises {n} domains to suspend',
      },
      {
        action: 'update',
        to: { severity: 'noop' },
        one: 'lowers {id} from {before.severity} to none',
        many: 'lowers {n} domains to none',
      },
      {
        action: 'update',
        from: { severity: 'suspend' },
        one: 'lowers {id} from suspend to {after.severity}',
        many: 'lowers {n} domains to limit',
      },
      {
        action: 'update',
        from: { severity: 'noop' },
        one: 'raises {id} from none to {after.severity}',
        many: 'raises {n} domains to limit',
      },
      { action: 'update', one: 'edits the block of {id}', many: 'edits {n} domain blocks' },
      { action: 'delete', one: 'lifts the block of {id}', many: 'lifts {n} domain blocks' },
    ],
  },
  'email-domain-block': {
    phrases: [
      {
        action: 'create',
        to: { allow_with_approval: true },
        one: 'holds sign-ups with {id} for approval',
        many: 'holds sign-ups with {n} e-mail domains for approval',
      },
      { action: 'create', one: 'refuses sign-ups with {id}', many: 'refuses sign-ups with {n} e-mail domains' },
      { action: 'update', one: 'edits the e-mail block of {id}', many: 'edits {n} e-mail domain blocks' },
      { action: 'delete', one: 'lifts the e-mail block of {id}', many: 'lifts {n} e-mail domain blocks' },
    ],
  },
  'ip-block': {
    main: 'severity',
    phrases: [
      {
        action: 'create',
        to: { severity: 'no_access' },
        one: 'blocks all access from {id}',
        many: 'blocks all access from {n} addresses',
      },
      {
        action: 'create',
        to: { severity: 'sign_up_block' },
        one: 'refuses sign-ups from {id}',
        many: 'refuses sign-ups from {n} addresses',
      },
      {
        action: 'create',
        one: 'holds sign-ups from {id} for approval',
        many: 'holds sign-ups from {n} addresses for approval',
      },
      { action: 'update', one: 'edits the IP block of {id}', many: 'edits {n} IP blocks' },
      { action: 'delete', one: 'lifts the IP block of {id}', many: 'lifts {n} IP blocks' },
    ],
  },
  role: {
    phrases: [
      { action: 'create', one: 'adds the role {id}', many: 'adds {n} roles' },
      { action: 'update', one: 'changes the role {id}', many: 'changes {n} roles' },
      { action: 'delete', one: 'removes the role {id}', many: 'removes {n} roles' },
    ],
  },
  moderator: {
    main: 'role',
    staff: true,
    phrases: [
      { action: 'create', one: 'gives {after.role} to {id}', many: 'gives a role to {n} people' },
      {
        action: 'update',
        one: 'moves {id} from {before.role} to {after.role}',
        many: 'changes the role of {n} people',
      },
      { action: 'delete', one: 'takes {seen.role} from {id}', many: 'takes the role from {n} people' },
    ],
  },
  rule: {
    main: 'text',
    phrases: [
      { action: 'create', one: 'adds the rule {id}', many: 'adds {n} rules' },
      { action: 'update', one: 'rewords the rule {id}', many: 'rewords {n} rules' },
      { action: 'delete', one: 'removes the rule {id}', many: 'removes {n} rules' },
    ],
  },
  'rule-order': {
    phrases: [
      { action: 'create', one: 'orders the rules', many: 'orders the rules' },
      { action: 'update', one: 'puts the rules in another order', many: 'puts the rules in another order' },
      { action: 'delete', one: 'drops the order of the rules', many: 'drops the order of the rules' },
    ],
  },
  setting: {
    main: 'value',
    phrases: [
      { action: 'create', one: 'sets {id}', many: 'sets {n} settings' },
      { action: 'update', one: 'changes the setting {id}', many: 'changes {n} settings' },
      { action: 'delete', one: 'returns {id} to its default', many: 'returns {n} settings to their default' },
    ],
  },
  'terms-of-service': {
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
  },
}
