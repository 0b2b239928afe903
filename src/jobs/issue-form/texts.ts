import { code, prose } from '../../comments/markdown.ts'

/** What Herdbook answers to an issue form, and what it says in the pull request. A diagnostic is beside its hint. */

// The answer in the issue

export const onlyLabel = (label: string): string => `Only the label ${code(label)} turns an issue into a pull request.`
export const NOT_ALLOWED = 'Not proposed: only people with write access to this repository can do that.'
export const editedSince = (label: string): string =>
  'Not proposed: someone edited this issue after it got the label. ' +
  `Read it again, then add the label ${code(label)} again.`
export const refused = ({ reasons, label }: { readonly reasons: string; readonly label: string }): string =>
  `Not proposed:\n\n${reasons}\n\n` +
  `If the answers can be corrected, edit the issue and add the label ${code(label)} again.`
export const proposed = (pullRequest: number): string =>
  `Proposed in #${pullRequest}. It goes live when that pull request is merged. That also closes this issue.`

// The pull request

export const forIssue = (issue: number): string => `For #${issue}`
export const closes = (issue: number): string => `Closes #${issue}.`
export const askedFor = (login: string): string => `Asked for by ${code(`@${login}`)}.`
export const beforeMerging = (questions: readonly string[]): string =>
  `**Before you merge**\n\n${questions.map((line) => `- [ ] ${prose(line)}`).join('\n')}`

/** The forms about a domain both ask this. */
export const isRightServer = (domain: string): string => `Is ${domain} the right server?`

// Block a domain

export const LETTERS_CHANGED =
  'The request wrote this domain in other letters. Mastodon turns them into the letters here.'
export const PUBLIC_COMMENT = 'The public comment has the words of the person who asked. Everyone will read it.'
export const FOLLOWS_MEASURED = 'Herdbook measured on the server how many follows this block removes.'

export const UNKNOWN_SEVERITY = {
  message: 'The answer to "How strictly" is none of the three.',
  hint: 'Edit the issue and choose suspend, limit or none.',
}

export const reasonTooLong = ({ length, max }: { readonly length: number; readonly max: number }) => ({
  message: `The reason has ${length} characters. Everyone will read it in a list.`,
  hint: `Write at most ${max} characters.`,
})

const TO_WEAKEN = 'To make the block weaker, open a pull request for domain-blocks.yaml.'

export const blockedAlready = (domain: string) => ({
  message: `${domain} is already blocked at least as strictly as you ask.`,
  hint: TO_WEAKEN,
})

export const blockedMoreStrictly = (domain: string) => ({
  message: `${domain} is already blocked more strictly. A form cannot make a block weaker.`,
  hint: TO_WEAKEN,
})

export const parentBlocked = ({ parent, domain }: { readonly parent: string; readonly domain: string }): string =>
  `${parent} is already blocked, and that covers ${domain}.`

// Lift a block

export const lastBlockLifted = (issue: string): string => `the last block was lifted: ${issue}`
export const whatHasChanged = (domain: string): string =>
  `What has changed on ${domain} since it was blocked? To see why it was blocked: herdbook why domain-block/${domain}`

// Become a moderator

export const isItThem = (account: string): string =>
  `No one has checked that the person who asked is @${account}. ` +
  'Write to that account in Mastodon, and wait for the answer.'
export const ACCOUNT_THAT_IS_THERE =
  'Herdbook gives the role only to the account that exists now. The plan shows its id and its age.'

export const NO_ACCOUNT = {
  message: 'This is not the name of an account on this server.',
  hint: 'Write the name alone, without the domain: alice',
}

const OWNER_MUST = 'Ask an owner to open a pull request for moderators.yaml.'

export const unknownRole = ({ role, roles }: { readonly role: string; readonly roles: readonly string[] }) => ({
  message: `The server has no role "${role}".`,
  hint: `Write one of these roles: ${roles.join(', ')}`,
})

export const rolePowerful = (role: string) => ({
  message: `The role ${role} may do everything. A form cannot give it.`,
  hint: OWNER_MUST,
})

export const holderPowerful = (account: string) => ({
  message: `@${account} holds a role that may do everything. A form cannot change it.`,
  hint: OWNER_MUST,
})

export const cannotLogIn = (account: string) => ({
  message: `This server has no account @${account} that can log in.`,
  hint: 'Ask again when the account exists and can log in.',
})

export const ROLES_NOT_READ = {
  message: 'Herdbook could not read from the server what the role may do.',
  hint: OWNER_MUST,
}

// Change a rule

export const RULE_WORDS =
  'The rule has the words of the person who asked. Every member will read them, and reports refer to them.'

export const RULES_NOT_MANAGED = {
  message: 'The files of this repository do not hold the rules yet.',
  hint: 'Ask a maintainer to take them over first: herdbook adopt rule',
}

export const noLanguage = (language: string) => ({
  message: `"${language}" is not the code of a language.`,
  hint: 'Write it like this: de or pt-BR.',
})

/** `meant` is the key that is most like the one that was written. */
export const noSuchRule = ({
  rule,
  rules,
  meant,
}: {
  readonly rule: string
  readonly rules: number
  readonly meant: string | undefined
}) => ({
  message: `rules.yaml has no rule "${rule}".`,
  hint:
    meant === undefined
      ? `Write its number, 1 to ${rules}, or leave it empty for a new rule.`
      : `Did you mean ${meant}?`,
})

export const TRANSLATION_OF_NO_RULE = {
  message: 'You wrote a language, but not which rule to translate.',
  hint: 'Write which rule it is, or leave the language empty.',
}

export const ruleAdded = (key: string) => ({
  subject: `Add the rule ${key}`,
  explanations: [
    'This rule becomes the last one. Its key stays when its text changes, so old reports keep pointing to the rule.',
  ],
})

export const ruleTranslated = ({
  key,
  language,
  isFirst,
}: {
  readonly key: string
  readonly language: string
  readonly isFirst: boolean
}) => ({
  subject: `Translate the rule ${key} (${language})`,
  explanations: [
    isFirst
      ? 'It is the first translation of this rule into this language.'
      : 'It replaces the translation that this rule has now.',
  ],
})

/** `languages` are those of its translations, which do not change. */
export const ruleChanged = ({ key, languages }: { readonly key: string; readonly languages: readonly string[] }) => ({
  subject: `Change the rule ${key}`,
  explanations: languages.length === 0 ? [] : [`These translations still have the old text: ${languages.join(', ')}.`],
})
