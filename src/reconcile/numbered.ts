import type { ObjectRef } from './values.ts'
import type { Observed } from './objects.ts'

/** Lets people type `8` for `#8`, an object without a name, if no other object has that name. */
export const numbered = (id: string, isThere: (id: string) => boolean): string =>
  /^\d+$/.test(id) && !isThere(id) && isThere(`#${id}`) ? `#${id}` : id

/** The same for objects with their kind, compared with live. */
export function numberedIn(refs: ReadonlySet<ObjectRef>, observed: ReadonlyMap<string, Observed>): Set<ObjectRef> {
  if (refs.size === 0) return new Set()
  const there = new Set(
    [...observed].flatMap(([kind, seen]) =>
      seen.state === 'complete' ? seen.objects.map(({ id }) => `${kind}/${id}`) : [],
    ),
  )
  return new Set(
    [...refs].map((ref) => {
      const kind = ref.slice(0, ref.indexOf('/') + 1)
      return `${kind}${numbered(ref.slice(kind.length), (id) => there.has(`${kind}${id}`))}`
    }),
  )
}
