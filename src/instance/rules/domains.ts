import type { Diagnostic, Position } from '../diagnostic.ts'
import { normalizeDomain } from '../domains.ts'
import { domainHint } from '../named-domain.ts'
import { duplicates, error, rows, warning } from './rule.ts'
import type { NamedRow, Rule, RuleInput } from './rule.ts'

interface Named {
  readonly written: string
  readonly at: () => Position
  /** The entry of a list that it names. */
  readonly entry?: object
}

/** Domains are names that Mastodon takes, are stored as what they look like, and stand once in their list. */
export const domains: Rule = function* (input) {
  const { documents, at } = input
  const own = documents['instance.yaml']?.domain
  if (own !== undefined) yield* names([{ written: own, at: () => at('instance.yaml', ['domain']) }])
  yield* list(input, 'domain-blocks.yaml', 'domain_blocks', documents['domain-blocks.yaml']?.domain_blocks)
  yield* list(
    input,
    'email-domain-blocks.yaml',
    'email_domain_blocks',
    documents['email-domain-blocks.yaml']?.email_domain_blocks,
  )
  const kept = rows(documents['policy.yaml']?.protected_domains)
  yield* names(
    [...kept].map(([written, index]) => ({ written, at: () => at('policy.yaml', ['protected_domains', index]) })),
  )
}

function list(
  { at }: RuleInput,
  file: 'domain-blocks.yaml' | 'email-domain-blocks.yaml',
  key: string,
  entries: readonly { readonly domain: string }[] | undefined,
): Iterable<Diagnostic> {
  return names(
    [...rows(entries)].map(([entry, index]) => ({
      written: entry.domain,
      entry,
      at: () => at(file, [key, index, 'domain']),
    })),
  )
}

function* names(all: readonly Named[]): Generator<Diagnostic> {
  const taken: NamedRow[] = []
  for (const { written, at, ...rest } of all) {
    const name = normalizeDomain(written)
    if ('refused' in name) {
      yield error('not-a-domain', `${written} can not be a domain: ${name.refused}`, at(), domainHint(written))
      continue
    }
    if (name.changed !== undefined)
      yield warning(
        'domain-mapped',
        `Mastodon turns ${written} into ${name.changed}`,
        at(),
        `Write ${name.changed} if that is meant; otherwise write the name in its xn-- form.`,
      )
    taken.push({ name: name.domain, shown: written, at, ...rest })
  }
  yield* duplicates(taken, 'the domain')
}
