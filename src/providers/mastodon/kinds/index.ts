import type { MastodonKind } from '../kind.ts'
import { moderator } from './community/moderator.ts'
import { role } from './community/role.ts'
import { rule, ruleOrder } from './community/rule.ts'
import { setting } from './community/setting.ts'
import { termsOfService } from './community/terms-of-service.ts'
import { domainBlock } from './moderation/domain-block.ts'
import { emailDomainBlock } from './moderation/email-domain-block.ts'
import { ipBlock } from './moderation/ip-block.ts'

/** The registry: kinds apply in this order and delete in its reverse. */
export const KINDS: readonly MastodonKind[] = [
  domainBlock,
  emailDomainBlock,
  ipBlock,
  role,
  moderator,
  rule,
  ruleOrder,
  setting,
  termsOfService,
]
