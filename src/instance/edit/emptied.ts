import { EXIT, fail } from '../diagnostic.ts'
import { LIST_KEYS } from '../files.gen.ts'
import type { Edit } from './types.ts'
import type { Value } from '../values.ts'
import { emptyWithoutReason } from './texts.ts'

const KEY = 'emptied_on_purpose'

/** Removes `emptied_on_purpose` when its list gets an item, and asks for it when the last item leaves. */
export function reasons(
  name: string,
  before: Value,
  edits: readonly Edit[],
  emptied: string | undefined,
): readonly Edit[] {
  const root = before instanceof Object ? (before as { readonly [key: string]: Value }) : {}
  return Object.values(LIST_KEYS).flatMap((key): Edit[] => {
    const old = root[key]
    const set = edits.find((one) => one.op === 'set' && one.path.length === 1 && one.path[0] === key)
    const added = edits.filter((one) => one.op === 'add' && one.list.length === 1 && one.list[0] === key).length
    const removed = new Set(
      edits.flatMap((one) =>
        one.op === 'remove' && one.path.length === 2 && one.path[0] === key ? [one.path[1]] : [],
      ),
    ).size
    const start = set?.op === 'set' ? set.value : old
    const left = (Array.isArray(start) ? start.length : 0) + added - removed
    if (left > 0) return root[KEY] === undefined || (!set && added === 0) ? [] : [{ op: 'remove', path: [KEY] }]
    if (!set && removed === 0) return []
    return root[KEY] === undefined ? [{ op: 'set', path: [KEY], value: emptied ?? askWhy(name, key) }] : []
  })
}

function askWhy(name: string, key: string): never {
  const { message, hint } = emptyWithoutReason(key, name)
  return fail(EXIT.invalid, 'emptied-on-purpose', message, hint === undefined ? {} : { hint })
}
