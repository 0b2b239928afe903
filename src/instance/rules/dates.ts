import { parseDay, parseMoment } from '../dates.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { FileName } from '../documents.ts'
import { error, rows, warning } from './rule.ts'
import type { InstanceRule, RuleInput } from './rule.ts'
import { expired, notADate } from './texts.ts'

/** Checks that dates are days of the calendar, and warns of an end that has passed. */
export const dates: InstanceRule = function* (input) {
  const { documents } = input
  yield* list(input, 'domain-blocks.yaml', 'domain_blocks', documents['domain-blocks.yaml']?.domain_blocks)
  yield* list(
    input,
    'email-domain-blocks.yaml',
    'email_domain_blocks',
    documents['email-domain-blocks.yaml']?.email_domain_blocks,
  )
  yield* list(input, 'ip-blocks.yaml', 'ip_blocks', documents['ip-blocks.yaml']?.ip_blocks)
  yield* list(input, 'moderators.yaml', 'moderators', documents['moderators.yaml']?.moderators)
  yield* list(input, 'policy.yaml', 'raises', documents['policy.yaml']?.raises)
  yield* list(input, 'terms-of-service.yaml', 'terms_of_service', documents['terms-of-service.yaml']?.terms_of_service)
}

interface Dated {
  readonly since?: string
  readonly until?: string
  readonly effective_date?: string
}

function* list(
  input: RuleInput,
  file: FileName,
  key: string,
  entries: readonly Dated[] | undefined,
): Generator<Diagnostic> {
  const parse = file === 'ip-blocks.yaml' ? parseMoment : parseDay
  for (const [entry, index] of rows(entries)) {
    for (const field of ['since', 'until', 'effective_date'] as const) {
      const written = entry[field]
      if (written === undefined) continue
      const date = parse(written)
      const at = () => input.at(file, [key, index, field])
      if (date === undefined) yield error('not-a-date', notADate(field, written), at())
      else if (field === 'until' && input.now !== undefined && date <= input.now)
        yield warning('expired', expired(written), at())
    }
  }
}
