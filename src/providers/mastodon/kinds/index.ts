import type { MastodonKind } from '../kind.ts'
import { announcement } from './announcement/kind.ts'
import { moderator } from './moderator/kind.ts'
import { role } from './role/kind.ts'
import { ruleOrder } from './rule-order/kind.ts'
import { rule } from './rule/kind.ts'
import { setting } from './setting/kind.ts'
import { termsOfService } from './terms-of-service/kind.ts'
import { domainBlock } from './domain-block/kind.ts'
import { emailDomainBlock } from './email-domain-block/kind.ts'
import { ipBlock } from './ip-block/kind.ts'
import { usernameBlock } from './username-block/kind.ts'

/** The registry: kinds apply in this order and delete in its reverse. */
export const KINDS: readonly MastodonKind[] = [
  domainBlock,
  emailDomainBlock,
  ipBlock,
  usernameBlock,
  role,
  moderator,
  rule,
  ruleOrder,
  announcement,
  setting,
  termsOfService,
]
