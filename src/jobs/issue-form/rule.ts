import type { Rule } from '../../instance/documents.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { ObjectChange } from '../../instance/edit/objects.ts'
import { ruleKey } from '../../instance/edit/objects.ts'
import { nearest } from '../../instance/nearest.ts'
import { draft, type Draft } from '../../session/write-instance.ts'
import type { Io } from '../../session/io.ts'
import type { Files } from '../../session/session.ts'

/** What somebody wants a rule to say. */
export interface RuleRequest {
  /** Its number in the list, its key or its text; undefined for a new rule. */
  readonly rule?: string
  /** The language of a translation; undefined for the rule itself. */
  readonly language?: string
  readonly text: string
  readonly hint?: string
}

const LANGUAGE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$/

/** A new rule, a new wording or a translation of one. Throws (exit 9) where the files have no such rule. */
export async function draftRule(io: Io, files: Files, wish: RuleRequest): Promise<Draft> {
  const rules = files.instance.documents['rules.yaml']?.rules
  if (!rules)
    return fail(EXIT.invalid, 'not-managed', 'The rules are not in the files of this repository yet.', {
      hint: 'Somebody who looks after it has to take them over first: herdbook adopt rule',
    })
  if (wish.language !== undefined && !LANGUAGE.test(wish.language))
    return fail(EXIT.invalid, 'no-language', `"${wish.language}" is no code of a language.`, {
      hint: 'Write it as de or pt-BR.',
    })
  const { change, said, subject } =
    wish.rule === undefined ? added(rules, wish) : changed(ruleOf(rules, wish.rule), wish)
  return { edits: await draft(io, files, [change]), said, subject }
}

type Told = Pick<Draft, 'said' | 'subject'> & { readonly change: ObjectChange }

function ruleOf(rules: readonly Rule[], named: string): Rule {
  const found =
    rules.find(({ key }) => key === named) ??
    rules.find(({ text }) => text === named) ??
    (/^\d+$/.test(named) ? rules[Number(named) - 1] : undefined)
  if (found) return found
  const meant = nearest(
    named,
    rules.map(({ key }) => key),
  )
  return fail(EXIT.invalid, 'no-such-object', `rules.yaml has no rule "${named}".`, {
    hint:
      meant === undefined
        ? `Write its number, 1 to ${rules.length}, or leave it empty for a new rule.`
        : `Did you mean ${meant}?`,
  })
}

function added(rules: readonly Rule[], { language, text, hint }: RuleRequest): Told {
  if (language !== undefined)
    return fail(EXIT.invalid, 'no-rule', 'A translation needs the rule that it is of.', {
      hint: 'Write which rule it is, or leave the language empty.',
    })
  const key = ruleKey(text, new Set(rules.map((rule) => rule.key)))
  return {
    change: { ref: `rule/${key}`, fields: { text, ...(hint === undefined ? {} : { hint }) } },
    said: [
      'It becomes the last of the rules. Its key stays when its text changes, so that old reports keep pointing to it.',
    ],
    subject: `Add the rule ${key}`,
  }
}

function changed({ key, translations = {} }: Rule, { language, text, hint }: RuleRequest): Told {
  if (language !== undefined) {
    const there = translations[language]
    const translation = {
      text,
      ...(hint === undefined ? (there?.hint === undefined ? {} : { hint: there.hint }) : { hint }),
    }
    return {
      change: {
        ref: `rule/${key}`,
        fields: {
          translations: {
            ...Object.fromEntries(Object.entries(translations).map(([name, one]) => [name, { ...one }])),
            [language]: translation,
          },
        },
      },
      said: [
        there
          ? 'It replaces the translation that is there.'
          : 'It is the first translation of the rule into this language.',
      ],
      subject: `Translate the rule ${key} (${language})`,
    }
  }
  const others = Object.keys(translations)
  return {
    change: { ref: `rule/${key}`, fields: { text, ...(hint === undefined ? {} : { hint }) } },
    said: others.length === 0 ? [] : [`The translations still say what it said before: ${others.join(', ')}.`],
    subject: `Change the rule ${key}`,
  }
}
