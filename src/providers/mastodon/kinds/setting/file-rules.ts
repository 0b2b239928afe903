import type { Diagnostic } from '../../../../instance/diagnostic.ts'
import type { Settings } from '../../../../instance/documents.ts'
import { settingOf } from './settings.ts'
import { percent } from '../../../../instance/rules/percent.ts'
import { error } from '../../../../instance/rules/rule.ts'
import type { RuleInput, VersionRule, VersionRuleInput } from '../../../../instance/rules/rule.ts'
import { contactIncomplete, unknownChoice, unknownSetting } from './texts.ts'

const FILE = 'settings.yaml'

/** Checks that the server's version has each setting, and that settings which Mastodon wants together are. */
export const versionRules: VersionRule = function* (input) {
  const values = input.documents[FILE]?.settings
  if (values === undefined) return
  for (const [key, value] of Object.entries(values)) yield* knownSetting(input, key, value)
  yield* contact(input, values)
  if (values.site_terms !== undefined) yield* percent(input, FILE, ['settings', 'site_terms'], values.site_terms)
}

function* knownSetting({ release, at, keyAt }: VersionRuleInput, key: string, value: unknown): Generator<Diagnostic> {
  if (release === null) return
  const setting = settingOf(key, release)
  if (setting === undefined)
    yield error('unknown-setting', unknownSetting(key, release), keyAt(FILE, ['settings', key]))
  else if (typeof value === 'string' && setting.choices !== undefined && !setting.choices.includes(value))
    yield error(
      'unknown-word',
      unknownChoice(`${key}: ${value}`, setting.choices, release),
      at(FILE, ['settings', key]),
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
      yield error('contact', contactIncomplete(given, missing), keyAt(FILE, ['settings', given]))
  }
}
