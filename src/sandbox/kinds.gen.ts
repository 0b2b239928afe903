// Made from src/sandbox/kinds/ by `npm run generate`. Change the kinds, not this file.
import { announcement } from './kinds/announcement.ts'
import { domainBlock } from './kinds/domain-block.ts'
import { emailDomainBlock } from './kinds/email-domain-block.ts'
import { ipBlock } from './kinds/ip-block.ts'
import { moderator } from './kinds/moderator.ts'
import { role } from './kinds/role.ts'
import { rule } from './kinds/rule.ts'
import { setting } from './kinds/setting.ts'
import { termsOfService } from './kinds/terms-of-service.ts'
import { usernameBlock } from './kinds/username-block.ts'

/** Every kind that the embedded Mastodon has, by name. */
export const KINDS = [
  announcement,
  domainBlock,
  emailDomainBlock,
  ipBlock,
  moderator,
  role,
  rule,
  setting,
  termsOfService,
  usernameBlock,
] as const
