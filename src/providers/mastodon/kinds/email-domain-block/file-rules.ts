import { listedDomains } from '../../../../instance/rules/domains.ts'
import type { InstanceRule } from '../../../../instance/rules/rule.ts'

const FILE = 'email-domain-blocks.yaml'

/** Checks that Mastodon accepts each domain, and that the list has it once. */
export const fileRules: InstanceRule = (input) =>
  listedDomains(input, FILE, 'email_domain_blocks', input.documents[FILE]?.email_domain_blocks)
