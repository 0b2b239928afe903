import { budgets } from './budgets.ts'
import { connections } from './connections.ts'
import { dates } from './dates.ts'
import { domains } from './domains.ts'
import { empty } from './empty.ts'
import type { KindRules, VersionRule } from './rule.ts'

/** The rules across files that are checked again when the server's version is known. */
export const versionRulesOf = (kinds: readonly KindRules[]): readonly VersionRule[] =>
  kinds.flatMap(({ versionRules = [] }) => versionRules)

/** All rules across files: those of kinds, and those of no kind. */
export const rulesOf = (kinds: readonly KindRules[]): readonly VersionRule[] => [
  ...versionRulesOf(kinds),
  connections,
  budgets,
  domains,
  ...kinds.flatMap(({ fileRules = [] }) => fileRules),
  dates,
  empty,
]
