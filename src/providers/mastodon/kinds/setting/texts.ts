import type { KindWords } from '../../../described.ts'
import type { Advice, Wording } from '../../../../instance/diagnostic.ts'

export const SETTING = { one: 'setting', many: 'settings' }

export const oddSetting = (name: string): string =>
  `The value of the setting ${name} is not a text, a number, or yes or no.`

export const settingNotYaml = (name: string): string => `The value of the setting ${name} is not YAML.`

export const noSuchContact = ({ ref, name }: { readonly ref: string; readonly name: string }): Advice => ({
  message: `${ref}: this server has no account @${name}.`,
  hint: 'As site_contact_username, write the name of an account on this server, without the domain.',
})

// What is wrong in the file.

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

export const SETTING_WORDS: KindWords = {
  phrases: [
    { action: 'create', one: 'sets {id}', many: 'sets {n} settings' },
    { action: 'update', one: 'changes the setting {id}', many: 'changes {n} settings' },
    { action: 'delete', one: 'returns {id} to its default', many: 'returns {n} settings to their default' },
  ],
}
