import { createHash } from 'node:crypto'
import { bounded } from '../../../http/read-limited.ts'

/** What a server shows without a token. */
export interface PublicApiView {
  /** The blocks of the domains in question; null if the server does not show its blocks. */
  readonly domainBlocks: ReadonlyMap<string, PublicBlock> | null
  /** The texts of its rules; null if they could not be read. */
  readonly rules: readonly string[] | null
}

export interface PublicBlock {
  readonly severity: string
  readonly comment: string
}

const TIMEOUT_MS = 10_000

/**
 * Asks the API of a server for what it shows publicly: `GET /api/v1/instance/domain_blocks` and `/rules`.
 * What it does not show is null. A redirect is not followed.
 */
export async function readPublic(url: string, domains: readonly string[]): Promise<PublicApiView> {
  const [blocks, rules] = await Promise.all([
    ask(url, '/api/v1/instance/domain_blocks'),
    ask(url, '/api/v1/instance/rules'),
  ])
  return {
    domainBlocks: blocks && among(domains, new Map(blocks.flatMap(blockOf))),
    rules:
      rules && rules.flatMap((rule) => (isMembers(rule) && typeof rule['text'] === 'string' ? [rule['text']] : [])),
  }
}

/** Finds blocks by digest, since names may be obfuscated and digests never are. */
function among(domains: readonly string[], byDigest: ReadonlyMap<string, PublicBlock>): Map<string, PublicBlock> {
  return new Map(
    domains.flatMap((domain): [string, PublicBlock][] => {
      const block = byDigest.get(createHash('sha256').update(domain).digest('hex'))
      return block === undefined ? [] : [[domain, block]]
    }),
  )
}

async function ask(url: string, path: string): Promise<readonly unknown[] | null> {
  try {
    const answer = await fetch(new URL(path, url), {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: 'application/json' },
    })
    const body: unknown = answer.ok ? JSON.parse(await bounded(answer)) : null
    return Array.isArray(body) ? body : null
  } catch {
    return null
  }
}

type Members = { readonly [name: string]: unknown }
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null

function blockOf(block: unknown): [string, PublicBlock][] {
  if (!isMembers(block) || typeof block['digest'] !== 'string' || typeof block['severity'] !== 'string') return []
  return [
    [
      block['digest'],
      { severity: block['severity'], comment: typeof block['comment'] === 'string' ? block['comment'] : '' },
    ],
  ]
}
