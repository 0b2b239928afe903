import { parentsOf } from '../../../../instance/domains.ts'
import type { DraftStep, OtherObjects } from '../../../../reconcile/kind.ts'
import type { Fields } from '../../../../instance/values.ts'
import { own } from '../../../../instance/get-own.ts'
import { STRENGTH } from '../../../../instance/severity.ts'
import { word } from '../common.ts'
import { stricterAbove } from './texts.ts'

/**
 * Compares blocks as Mastodon's DomainBlock#stricter_than? does. An equal block counts as strict.
 * A missing flag that the other block has makes it weaker.
 */
export function isAsStrict(block: Fields, other: Fields): boolean {
  const [mine, theirs] = [own(STRENGTH, word(block['severity'])) ?? 0, own(STRENGTH, word(other['severity'])) ?? 0]
  if (mine < theirs) return false
  return (
    mine === 2 ||
    (['reject_media', 'reject_reports'] as const).every((flag) => block[flag] === true || other[flag] !== true)
  )
}

/** Says why Mastodon's API refuses a new block: a parent has a stricter one. New ones go out child before parent. */
export function underStricter({ kind, id, target }: DraftStep, { liveOf, fieldsOf }: OtherObjects): string | undefined {
  const above = parentsOf(id).find((parent) => liveOf(`${kind}/${parent}`) !== undefined)
  if (above === undefined) return undefined
  // A parent that this apply lowers is lowered first.
  const parent = fieldsOf(`${kind}/${above}`)
  if (isAsStrict(target, parent)) return undefined
  return stricterAbove({ above, severity: word(parent['severity']) })
}
