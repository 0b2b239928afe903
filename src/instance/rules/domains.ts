import type { Diagnostic, Position } from '../diagnostic.ts'
import type { ListFile } from '../documents.ts'
import { normalizeDomain } from '../domains.ts'
import { domainHint } from '../named-domain.ts'
import { duplicates, error, rows, warning } from './rule.ts'
import type { NamedRow, InstanceRule, RuleInput } from './rule.ts'
import { domainMapped, notADomain } from './texts.ts'

interface WrittenDomain {
  readonly written: string
  readonly at: () => Position
  /** The whole entry of a list. */
  readonly entry?: object
}

/** Checks the domains of the instance and the policy. */
export const domains: InstanceRule = function* ({ documents, at }) {
  const own = documents['instance.yaml']?.domain
  if (own !== undefined) yield* names([{ written: own, at: () => at('instance.yaml', ['domain']) }])
  const kept = rows(documents['policy.yaml']?.protected_domains)
  yield* names(
    [...kept].map(([written, index]) => ({ written, at: () => at('policy.yaml', ['protected_domains', index]) })),
  )
}

/** Checks the domains of a list's entries. */
export function listedDomains(
  { at }: RuleInput,
  file: ListFile,
  list: string,
  entries: readonly { readonly domain: string }[] | undefined,
): Iterable<Diagnostic> {
  return names(
    [...rows(entries)].map(([entry, index]) => ({
      written: entry.domain,
      entry,
      at: () => at(file, [list, index, 'domain']),
    })),
  )
}

/** Checks that Mastodon accepts each domain, stores it as it looks, and that it is there once. */
function* names(all: readonly WrittenDomain[]): Generator<Diagnostic> {
  const taken: NamedRow[] = []
  for (const { written, at, ...rest } of all) {
    const name = normalizeDomain(written)
    if ('refused' in name) {
      yield error('not-a-domain', notADomain(written, name.refused, domainHint(written)), at())
      continue
    }
    if (name.changed !== undefined) yield warning('domain-mapped', domainMapped(written, name.changed), at())
    taken.push({ name: name.domain, shown: written, at, ...rest })
  }
  yield* duplicates(taken, 'the domain')
}
