import type { Rule } from '../../instance/documents.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { ObjectChange } from '../../instance/edit/objects.ts'
import { keyFrom } from '../../instance/edit/objects.ts'
import { nearest } from '../../instance/nearest.ts'
import { draft, type FilesDraft } from '../../session/write-instance.ts'
import type { Io } from '../../session/io.ts'
import type { CheckedFiles } from '../../session/session.ts'
import {
  noLanguage,
  noSuchRule,
  ruleAdded,
  ruleChanged,
  RULES_NOT_MANAGED,
  ruleTranslated,
  TRANSLATION_OF_NO_RULE,
} from './texts.ts'

/** What a rule must say. */
export interface RuleRequest {
  /** Its number in the list, its key or its text; undefined for a new rule. */
  readonly rule?: string
  /** The language of a translation; undefined for the rule itself. */
  readonly language?: string
  readonly text: string
  readonly hint?: string
}

const LANGUAGE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$/

/** Drafts a new rule, a new text or a translation of a rule. Throws (exit 9) if the files have no such rule. */
export async function draftRule(io: Io, files: CheckedFiles, request: RuleRequest): Promise<FilesDraft> {
  const rules = files.instance.documents['rules.yaml']?.rules
  if (!rules) return fail(EXIT.invalid, 'not-managed', RULES_NOT_MANAGED.message, { hint: RULES_NOT_MANAGED.hint })
  if (request.language !== undefined && !LANGUAGE.test(request.language)) {
    const { message, hint } = noLanguage(request.language)
    return fail(EXIT.invalid, 'no-language', message, { hint })
  }
  const { change, explanations, subject } =
    request.rule === undefined ? addRule(rules, request) : changeRule(ruleOf(rules, request.rule), request)
  return { edits: await draft(io, files, [change]), explanations, subject }
}

type RuleDraft = Pick<FilesDraft, 'explanations' | 'subject'> & { readonly change: ObjectChange }

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
  const { message, hint } = noSuchRule({ rule: named, rules: rules.length, meant })
  return fail(EXIT.invalid, 'no-such-object', message, { hint })
}

function addRule(rules: readonly Rule[], { language, text, hint }: RuleRequest): RuleDraft {
  if (language !== undefined)
    return fail(EXIT.invalid, 'no-rule', TRANSLATION_OF_NO_RULE.message, { hint: TRANSLATION_OF_NO_RULE.hint })
  const key = keyFrom(text, new Set(rules.map((rule) => rule.key)), 'rule')
  return {
    change: { ref: `rule/${key}`, fields: { text, ...(hint === undefined ? {} : { hint }) } },
    ...ruleAdded(key),
  }
}

function changeRule({ key, translations = {} }: Rule, { language, text, hint }: RuleRequest): RuleDraft {
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
      ...ruleTranslated({ key, language, isFirst: there === undefined }),
    }
  }
  return {
    change: { ref: `rule/${key}`, fields: { text, ...(hint === undefined ? {} : { hint }) } },
    ...ruleChanged({ key, languages: Object.keys(translations) }),
  }
}
