import type { MastodonInvariant } from '../kind.ts'
import { KINDS } from './index.ts'

/** What must be true for all. */
export const INVARIANTS: readonly MastodonInvariant[] = KINDS.flatMap(({ invariants = [] }) => invariants)
