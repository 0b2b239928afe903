import type { ObjectChange } from '../../instance/edit/objects.ts'
import { unwantedIn } from '../../instance/yaml/characters.ts'
import { stringOf } from '../../instance/edit/shapes.ts'
import type { Fields, Value } from '../../instance/values.ts'
import { kindNamed } from '../../providers/kinds.ts'
import { partsOf } from '../../reconcile/object-ref.ts'
import { readable } from '../../redaction/idn.ts'
import { inline } from '../../redaction/neutralise.ts'
import { badCharacter, badName, hasCharacter, sameText } from './texts.ts'

/** Changes that the files can hold, and a sentence for each object that they can't hold. */
export interface WritableChanges {
  readonly changes: readonly ObjectChange[]
  readonly odd: readonly string[]
}

/** An object of a kind by its text. */
export const textOf = (kind: string, fields: Fields): string => `${kind}: ${stringOf(fields['text'])}`

/**
 * Leaves out objects that no file can hold, so that the others are adopted. `held`: by kind and text, the objects in
 * the files that only their text tells apart on the server.
 */
export function withoutOdd(changes: readonly ObjectChange[], held: ReadonlyMap<string, string>): WritableChanges {
  const texts = new Map(held)
  const whys = changes.map((change) => whyOdd(change, texts))
  return { changes: changes.filter((_, i) => whys[i] === null), odd: whys.filter((why) => why !== null) }
}

function whyOdd({ ref, fields }: ObjectChange, texts: Map<string, string>): string | null {
  const field = unwantedField(fields ?? {}, '')
  if (field !== null) return badCharacter(named(ref), field, inline(ref))
  const character = unwantedIn(ref)
  if (character !== undefined) return badName(named(ref), character)
  const kind = kindNamed(partsOf(ref)[0])
  if (fields?.['text'] === undefined || kind?.shape.form !== 'list' || kind.shape.keyed !== true) return null
  const text = textOf(kind.name, fields)
  const first = texts.get(text)
  texts.set(text, first ?? ref)
  return first === undefined || first === ref ? null : sameText(named(ref), named(first), kind.title.one)
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
