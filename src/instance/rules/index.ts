import { addresses } from './addresses.ts'
import { blocks } from './blocks.ts'
import { budgets } from './budgets.ts'
import { dates } from './dates.ts'
import { domains } from './domains.ts'
import { connections } from './connections.ts'
import { empty } from './empty.ts'
import { people } from './people.ts'
import { roles } from './roles.ts'
import type { InstanceRule, VersionRule } from './rule.ts'
import { serverRules } from './server-rules.ts'
import { settings } from './settings.ts'
import { terms } from './terms.ts'

const RULES_OF_ALL_VERSIONS: readonly InstanceRule[] = [
  connections,
  budgets,
  domains,
  blocks,
  addresses,
  people,
  serverRules,
  terms,
  dates,
  empty,
]

/** Rules across files that are checked again when the server's version is known. */
export const VERSION_RULES: readonly VersionRule[] = [roles, settings]

/** All rules across files. */
export const RULES: readonly VersionRule[] = [...VERSION_RULES, ...RULES_OF_ALL_VERSIONS]
