import type { ObjectChange } from '../../instance/edit/objects.ts'
import { unwantedIn } from '../../instance/yaml/characters.ts'
import type { Value } from '../../reconcile/values.ts'
import { readable } from '../../redaction/idn.ts'
import { shellWord } from '../../instance/shell-word.ts'
import { inline } from '../../redaction/neutralise.ts'

/** Objects that the files can hold, and in a sentence each why another can not be taken over. */
export interface Sorted {
  readonly changes: readonly ObjectChange[]
  readonly odd: readonly string[]
}

/** Sets aside what no file can say, so that one odd object keeps no other from being taken over. `said` are the texts of rules that the files have. */
export function withoutOdd(changes: readonly ObjectChange[], said: ReadonlyMap<string, string>): Sorted {
  const texts = new Map(said)
  const whys = changes.map((change) => whyOdd(change, texts))
  return { changes: changes.filter((_, i) => whys[i] === null), odd: whys.filter((why) => why !== null) }
}

function whyOdd({ ref, fields }: ObjectChange, texts: Map<string, string>): string | null {
  const place = placeIn(fields ?? {}, '')
  if (place !== null)
    return `${named(ref)} was not taken over: its ${place}. Change it in Mastodon, then: herdbook adopt ${shellWord(inline(ref))}`
  if (unwantedIn(ref) !== undefined)
    return `${named(ref)} was not taken over: its name has ${unwantedIn(ref)}. No file can name it.`
  const text = ref.startsWith('rule/') ? fields?.['text'] : undefined
  if (typeof text !== 'string') return null
  const first = texts.get(text)
  texts.set(text, first ?? ref)
  return first === undefined || first === ref
    ? null
    : `${named(ref)} was not taken over: ${named(first)} says the same, and rules are told apart by their text. Change one of them in Mastodon, or delete it there.`
}

/** "public_comment has a control character (U+0007)"; null where a value holds nothing of the kind. */
function placeIn(value: Value, path: string): string | null {
  if (typeof value === 'string') {
    const character = unwantedIn(value)
    return character === undefined ? null : `${inline(path)} has ${character}`
  }
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    const found = placeIn(inner, path === '' ? key : `${path}.${key}`)
    if (found !== null) return found
  }
  return null
}

const named = (ref: string): string => inline(readable(ref))
