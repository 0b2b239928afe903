import { addresses } from './addresses.ts'
import { blocks } from './blocks.ts'
import { budgets } from './budgets.ts'
import { dates } from './dates.ts'
import { domains } from './domains.ts'
import { doors } from './doors.ts'
import { empty } from './empty.ts'
import { people } from './people.ts'
import { roles } from './roles.ts'
import type { Rule } from './rule.ts'
import { serverRules } from './server-rules.ts'
import { settings } from './settings.ts'
import { terms } from './terms.ts'

/** All rules across files. */
export const RULES: readonly Rule[] = [
  doors,
  budgets,
  domains,
  blocks,
  addresses,
  roles,
  people,
  serverRules,
  settings,
  terms,
  dates,
  empty,
]
