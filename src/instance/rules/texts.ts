import type { Wording } from '../diagnostic.ts'

// Every list.

export const repeated = (what: string, name: string, line: number): Wording => ({
  message: `${what} ${name} is here twice, with the same content; first in line ${line}`,
  hint: 'Remove the second one: herdbook fmt',
})

export const duplicate = (what: string, name: string, line: number): Wording => ({
  message: `${what} ${name} is here twice; first in line ${line}`,
  hint: 'Keep one of the two.',
})

export const emptyList = (key: string): Wording => ({
  message: `${key} is empty, but the file does not say why`,
  hint: `Add emptied_on_purpose: 'why'. Or delete ${key}, so that Herdbook does not manage it.`,
})

export const notEmpty = (key: string): Wording => ({
  message: `emptied_on_purpose is here, but ${key} is not empty`,
  hint: 'Delete the line emptied_on_purpose.',
})

export const notADate = (field: string, written: string): Wording => ({
  message: `${field}: ${written} is not a day of the calendar`,
  hint: 'Write year, month and day, such as 2026-12-24.',
})

export const expired = (until: string): Wording => ({
  message: `this entry ended on ${until}`,
  hint: 'Delete the entry, or write a later day.',
})

// Domains.

export const notADomain = (written: string, reason: string, hint: string): Wording => ({
  message: `${written} is not a domain: ${reason}`,
  hint,
})

export const domainMapped = (written: string, changed: string): Wording => ({
  message: `Mastodon turns ${written} into ${changed}`,
  hint: `Write ${changed} if you mean that. Otherwise write the name in its xn-- form.`,
})

export const neverBlocked = (domain: string, reason: string): Wording => ({
  message: `${domain} cannot be blocked: ${reason}`,
  hint: 'Delete this entry, or name the one server that you mean.',
})

/** Why a domain must never be blocked. */
export const WHY_NOT = {
  protected: 'policy.yaml protects it',
  coversProtected: (domain: string): string => `it also blocks ${domain}, a protected domain of policy.yaml`,
  own: 'it is your own domain',
  coversOwn: (domain: string): string => `it covers your own domain ${domain}`,
  publicSuffix: 'many people register names below it, and a block covers them all',
} as const

const DOES = {
  suspend: 'suspends',
  limit: 'limits',
  silence: 'limits',
  none: 'hardly limits',
  noop: 'hardly limits',
} as const

const PARENT_IS = {
  suspend: 'is suspended',
  limit: 'is limited',
  silence: 'is limited',
  none: 'is blocked more strictly',
  noop: 'is blocked more strictly',
} as const

interface BlockName {
  readonly domain: string
  readonly severity: keyof typeof DOES
}

export const weakerThanParent = (block: BlockName, parent: BlockName): Wording => ({
  message:
    `this entry ${DOES[block.severity]} ${block.domain}, but its parent ${parent.domain} ` +
    `${PARENT_IS[parent.severity]}; for everything new from ${block.domain}, Mastodon uses only this weaker entry`,
  hint:
    `Delete this entry, and the block of ${parent.domain} covers ${block.domain}. ` +
    'Or keep this entry, if you want the weaker block. ' +
    `Mastodon accepts it only before ${parent.domain} is blocked on the server. The plan says if it is too late.`,
})

export const CONSENT_WITHOUT_SUSPENSION: Wording = {
  message: 'accept_severed_relationships works only with severity: suspend',
  hint: 'Delete this line, because only a suspension removes follows.',
}

// IP addresses.

export const notAnAddress = (ip: string, reason: string): Wording => ({
  message: `${ip} cannot be blocked: ${reason}`,
  hint: 'Write it like 203.0.113.7 or 203.0.113.0/24.',
})

const OR_APPROVE = 'or write severity: sign_up_requires_approval.'

export const blocksEveryone = (ip: string): Wording => ({
  message: `${ip} with no_access blocks everyone, including you`,
  hint: `Write the network that you mean, ${OR_APPROVE}`,
})

export const networkTooWide = (
  ip: string,
  { family, prefix, widest }: { readonly family: string; readonly prefix: number; readonly widest: number },
): Wording => ({
  message: `${ip} with no_access blocks a whole /${prefix} of ${family}; the widest that is allowed is /${widest}`,
  hint: `Write the smaller networks that you mean, ${OR_APPROVE}`,
})

export const EVERYBODY = {
  ipv4: 'all IPv4 addresses',
  ipv6: 'all IPv6 addresses that are in use (2000::/3)',
} as const

export const networksTooWide = ({
  entries,
  percent,
  everybody,
  largest,
}: {
  readonly entries: number
  readonly percent: string
  readonly everybody: string
  readonly largest: string
}): Wording => ({
  message: `${entries} entries with no_access together block ${percent} % of ${everybody}; at most 6.25 % is allowed`,
  hint: `The largest are ${largest}. Delete the entries that you do not mean, ${OR_APPROVE}`,
})

// Roles and moderators.

export const permissionForEveryone = (permission: string, allowed: readonly string[]): Wording => ({
  message: `Mastodon does not allow ${permission} for everyone`,
  hint: `Only ${allowed.join(' and ')} are allowed here.`,
})

export const BASE_ROLE_IN_LIST: Wording = {
  message: 'everyone is the base role, so it cannot be in this list',
  hint: 'Move it to everyone:, above roles:.',
}

export const renamedFromItself = (name: string): Wording => ({
  message: `${name} is renamed from itself`,
  hint: 'Delete the line renamed_from.',
})

export const renamedFromExisting = (name: string, former: string): Wording => ({
  message: `${name} is renamed from ${former}, but ${former} is still a role in this file`,
  hint: `Delete the role ${former}, or delete this line.`,
})

export const renamedTwice = (former: string): Wording => ({
  message: `two roles are renamed from ${former}`,
  hint: 'Keep one of the two lines renamed_from.',
})

export const unknownPermission = (name: string, release: string): Wording => ({
  message: `Mastodon ${release} has no permission ${name}`,
  hint:
    'Delete this permission from the file, or update Mastodon first. ' +
    'Your Mastodon would ignore it without an error.',
})

export const newerField = (key: string, release: string): Wording => ({
  message: `Mastodon ${release} has no ${key}; Mastodon 4.6 has it`,
  hint: 'Delete the line, or update Mastodon first.',
})

export const renamedRole = (role: string, name: string): Wording => ({
  message: `roles.yaml renames the role ${role} to ${name}`,
  hint: `Write role: ${name}`,
})

const addRole = (near: string | undefined): string =>
  near === undefined ? 'Add it to roles.yaml.' : `Did you mean ${near}? Otherwise add it to roles.yaml.`

export const noSuchRole = (role: string, near: string | undefined): Wording => ({
  message: `the role ${role} is not in roles.yaml`,
  hint: addRole(near),
})

export const roleToBeThere = (role: string, near: string | undefined): Wording => ({
  message: `a new server does not have the role ${role}; this works only if your server has it`,
  hint: addRole(near),
})

export const ACTING_ACCOUNT_MISSING: Wording = {
  message:
    'only_these takes the role from everyone who is not in the list, ' +
    'but instance.yaml does not name the account that acts for Herdbook',
  hint: 'Write acting_account: USERNAME in instance.yaml. That account then keeps its role.',
}

// Server rules, settings and long texts.

export const oddLanguage = (language: string, usual: string): Wording => ({
  message: `Mastodon writes the language ${language} as ${usual}, and does not show a translation under another name`,
  hint: `Write ${usual}:`,
})

export const unknownSetting = (key: string, release: string): Wording => ({
  message: `Mastodon ${release} has no setting ${key}`,
  hint: 'Delete the line.',
})

export const unknownChoice = (written: string, choices: readonly string[], release: string): Wording => ({
  message: `Mastodon ${release} does not know ${written}`,
  hint: `Write one of ${choices.join(', ')}.`,
})

export const contactIncomplete = (given: string, missing: string): Wording => ({
  message: `${given} needs ${missing} too`,
  hint: `Add a line: ${missing}: …`,
})

export const PERCENT_SIGN: Wording = {
  message: 'this percent sign breaks the public page',
  hint: 'Write %% for a percent sign, or %{domain} for the domain.',
}

// The policy.

export const RAISES_NOTHING: Wording = {
  message: 'this entry does not raise any limit for one apply',
  hint: 'Add the limit that you want to raise: create, update, delete or weaken, with a number.',
}
