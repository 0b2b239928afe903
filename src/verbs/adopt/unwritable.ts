import type { ObjectChange } from '../../instance/edit/objects.ts'
import { unwantedIn } from '../../instance/yaml/characters.ts'
import type { Value } from '../../instance/values.ts'
import { KINDS } from '../../providers/kinds.ts'
import { partsOf, refOf } from '../../reconcile/object-ref.ts'
import type { Desired } from '../../reconcile/objects.ts'
import type { ObjectRef } from '../../reconcile/values.ts'
import { readable } from '../../redaction/idn.ts'
import { inline } from '../../redaction/neutralise.ts'
import { objectsIn } from './changes.ts'
import { badCharacter, badName, hasCharacter, sameText } from './texts.ts'

/** Changes that the files can hold, and a sentence for each object that they can't hold. */
export interface WritableChanges {
  readonly changes: readonly ObjectChange[]
  readonly odd: readonly string[]
}

/** Kinds whose keys only the files have. */
const KEYED = KINDS.filter(({ shape }) => shape.form === 'list' && shape.keyed === true)

const textKey = (kind: string, text: string): string => `${kind} ${text}`

/** Leaves out objects that no file can hold beside the others, so that the others are adopted. */
export function withoutOdd(changes: readonly ObjectChange[], desired: ReadonlyMap<string, Desired>): WritableChanges {
  const texts = new Map(
    KEYED.flatMap(({ name }) =>
      objectsIn(desired.get(name)).flatMap(({ id, fields: { text } }): [string, ObjectRef][] =>
        typeof text === 'string' ? [[textKey(name, text), refOf({ kind: name, id })]] : [],
      ),
    ),
  )
  const whys = changes.map((change) => whyOdd(change, texts))
  return { changes: changes.filter((_, i) => whys[i] === null), odd: whys.filter((why) => why !== null) }
}

function whyOdd({ ref, fields }: ObjectChange, texts: Map<string, ObjectRef>): string | null {
  const field = unwantedField(fields ?? {}, '')
  if (field !== null) return badCharacter(named(ref), field, inline(ref))
  const character = unwantedIn(ref)
  if (character !== undefined) return badName(named(ref), character)
  const kind = KEYED.find(({ name }) => name === partsOf(ref)[0])
  const text = fields?.['text']
  if (kind === undefined || typeof text !== 'string') return null
  const key = textKey(kind.name, text)
  const first = texts.get(key)
  texts.set(key, first ?? ref)
  return first === undefined || first === ref ? null : sameText(named(ref), named(first), kind.title.many)
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
