import type { Diagnostic } from '../diagnostic.ts'
import type { Settings } from '../documents.ts'
import { settingOf } from '../versions.ts'
import { percent } from './percent.ts'
import { error } from './rule.ts'
import type { RuleInput, VersionRule, VersionRuleInput } from './rule.ts'

const FILE = 'settings.yaml'

/** Settings are there in the server's version, and complete where Mastodon wants two together. */
export const settings: VersionRule = function* (input) {
  const values = input.documents[FILE]?.settings
  if (values === undefined) return
  for (const [key, value] of Object.entries(values)) yield* known(input, key, value)
  yield* contact(input, values)
  if (values.site_terms !== undefined) yield* percent(input, FILE, ['settings', 'site_terms'], values.site_terms)
}

function* known({ release, at, keyAt }: VersionRuleInput, key: string, value: unknown): Generator<Diagnostic> {
  if (release === null) return
  const setting = settingOf(key, release)
  if (setting === undefined)
    yield error(
      'unknown-setting',
      `Mastodon ${release} has no setting ${key}`,
      keyAt(FILE, ['settings', key]),
      'Delete the line.',
    )
  else if (typeof value === 'string' && setting.choices !== undefined && !setting.choices.includes(value))
    yield error(
      'unknown-word',
      `${key}: ${value} is not known to Mastodon ${release}`,
      at(FILE, ['settings', key]),
      `Write one of ${setting.choices.join(', ')}.`,
    )
}

function* contact({ broken, keyAt }: RuleInput, values: Settings): Generator<Diagnostic> {
  const [name, mail] = ['site_contact_username', 'site_contact_email'] as const
  if (broken.has(FILE)) return
  for (const [given, missing] of [
    [name, mail],
    [mail, name],
  ] as const) {
    if ((values[given] ?? '') !== '' && (values[missing] ?? '') === '')
      yield error(
        'contact',
        `${given} needs ${missing} beside it`,
        keyAt(FILE, ['settings', given]),
        `Add a line: ${missing}: …`,
      )
  }
}
