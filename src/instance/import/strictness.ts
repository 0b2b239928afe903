import type { DomainBlock } from '../documents.ts'
import { severityOf, stricterOf, STRENGTH, type BlockSeverity } from '../severity.ts'

const ACTING = ['reject_media', 'reject_reports'] as const

/** What a block does, as far as one can be stricter than another. */
export interface Strictness {
  readonly severity: BlockSeverity
  readonly reject_media: boolean
  readonly reject_reports: boolean
}

/** How strict a block of the files is. */
export const strictnessOf = (block: DomainBlock): Strictness => ({
  severity: severityOf(block.severity) ?? 'noop',
  reject_media: block.reject_media ?? false,
  reject_reports: block.reject_reports ?? false,
})

/** A suspension refuses media and reports anyway. */
const has = (block: Strictness, flag: (typeof ACTING)[number]): boolean => block.severity === 'suspend' || block[flag]

/** Whether a block does all that another one would. */
export const asStrict = (a: Strictness, b: Strictness): boolean =>
  STRENGTH[a.severity] >= STRENGTH[b.severity] && ACTING.every((flag) => has(a, flag) || !has(b, flag))

/** What does all that either does. */
export const stricter = (a: Strictness, b: Strictness): Strictness => ({
  severity: stricterOf(a.severity, b.severity),
  reject_media: a.reject_media || b.reject_media,
  reject_reports: a.reject_reports || b.reject_reports,
})

/** The flags that a block gains by another. */
export const gained = (to: Strictness, from: Strictness): { readonly [flag: string]: true } =>
  Object.fromEntries(ACTING.filter((flag) => to[flag] && !from[flag]).map((flag) => [flag, true]))
