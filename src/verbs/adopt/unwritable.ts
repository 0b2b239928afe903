import type { ObjectChange } from '../../instance/edit/objects.ts'
import { unwantedIn } from '../../instance/yaml/characters.ts'
import type { Value } from '../../instance/values.ts'
import { readable } from '../../redaction/idn.ts'
import { inline } from '../../redaction/neutralise.ts'
import { badCharacter, badName, hasCharacter, sameRule } from './texts.ts'

/** Changes that the files can hold, and a sentence for each object that they can't hold. */
export interface WritableChanges {
  readonly changes: readonly ObjectChange[]
  readonly odd: readonly string[]
}

/** Leaves out objects that no file can hold, so that the others are adopted. `ruleTexts`: of the rules in the files. */
export function withoutOdd(changes: readonly ObjectChange[], ruleTexts: ReadonlyMap<string, string>): WritableChanges {
  const texts = new Map(ruleTexts)
  const whys = changes.map((change) => whyOdd(change, texts))
  return { changes: changes.filter((_, i) => whys[i] === null), odd: whys.filter((why) => why !== null) }
}

function whyOdd({ ref, fields }: ObjectChange, texts: Map<string, string>): string | null {
  const field = unwantedField(fields ?? {}, '')
  if (field !== null) return badCharacter(named(ref), field, inline(ref))
  const character = unwantedIn(ref)
  if (character !== undefined) return badName(named(ref), character)
  const text = ref.startsWith('rule/') ? fields?.['text'] : undefined
  if (typeof text !== 'string') return null
  const first = texts.get(text)
  texts.set(text, first ?? ref)
  return first === undefined || first === ref ? null : sameRule(named(ref), named(first))
}

/** The first field with a character that no file may hold, in words; null if there is none. */
function unwantedField(value: Value, path: string): string | null {
  if (typeof value === 'string') {
    const character = unwantedIn(value)
    return character === undefined ? null : hasCharacter(inline(path), character)
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const found = unwantedField(inner, path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

const named = (ref: string): string => inline(readable(ref))
