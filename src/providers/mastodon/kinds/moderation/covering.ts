import { parentsOf } from '../../../../instance/domains.ts'
import type { Draft, Others } from '../../../../reconcile/kind.ts'
import type { Fields } from '../../../../reconcile/values.ts'
import { own } from '../../../../instance/get-own.ts'
import { STRENGTH } from '../../../../instance/severity.ts'
import { word } from '../common.ts'

const DONE: { readonly [severity: string]: string } = {
  noop: 'blocked more strictly',
  silence: 'limited',
  suspend: 'suspended',
}

/** Mastodon's own order of blocks: equal ones count as stricter, and a flag that the other has is not made up for. Source: DomainBlock#stricter_than?. */
export function isAsStrict(block: Fields, other: Fields): boolean {
  const [mine, theirs] = [own(STRENGTH, word(block['severity'])) ?? 0, own(STRENGTH, word(other['severity'])) ?? 0]
  if (mine < theirs) return false
  return (
    mine === 2 ||
    (['reject_media', 'reject_reports'] as const).every((flag) => block[flag] === true || other[flag] !== true)
  )
}

/** Why Mastodon's API refuses to make a block: a stricter one above it is there. Child before parent, where both are new, is taken. */
export function underStricter({ kind, id, target }: Draft, { liveOf, fieldsOf }: Others): string | undefined {
  const above = parentsOf(id).find((parent) => liveOf(`${kind}/${parent}`) !== undefined)
  if (above === undefined) return undefined
  // What is lowered in the same apply is lowered first.
  const will = fieldsOf(`${kind}/${above}`)
  if (isAsStrict(target, will)) return undefined
  return `${above} is ${own(DONE, word(will['severity'])) ?? 'blocked'} on the server, and Mastodon takes no weaker block below it. If this one is meant, lower or lift ${above} first; if not, delete this entry.`
}
