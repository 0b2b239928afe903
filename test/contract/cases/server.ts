import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSecrets, type Secrets } from '../../../src/secrets/secrets.ts'
import type { InstanceFile } from '../../../src/instance/documents.ts'

/**
 * A Mastodon that a case runs against, embedded or real. Both begin in the state that the contract's README describes.
 */
export interface Server {
  readonly url: string
  readonly token: string
  /** Holds `bin/rails` and `bin/psql`. */
  readonly directory: string
  readonly domain: string
}

export type Connection = 'database' | 'api' | 'console'

/** The instance that names just these connections, local ones. */
export function instanceOf(server: Server, connections: readonly Connection[], actor = 'owner'): InstanceFile {
  return {
    domain: server.domain,
    acting_account: actor,
    mastodon: {
      ...(connections.includes('api') ? { api: { url: server.url, token: { env: 'TOKEN' } } } : {}),
      ...(connections.includes('database')
        ? { database: { over: 'local', native: { psql: join(server.directory, 'bin/psql') } } }
        : {}),
      ...(connections.includes('console')
        ? { console: { over: 'local', native: { directory: server.directory } } }
        : {}),
    },
  }
}

/** The token together with the origin that it may be sent to. */
export function secretsOf(server: Server): Secrets {
  return openSecrets({ TOKEN: `${new URL(server.url).origin} ${server.token}` })
}

/**
 * A checkout whose commands are those given: one that runs `bin/rails runner` on a server, and one that runs psql
 * there.
 */
export function checkoutOf(runner: string, psql: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'herdbook-live-'))
  mkdirSync(join(directory, 'bin'))
  const command = (name: string, line: string): void => {
    const file = join(directory, 'bin', name)
    writeFileSync(file, `#!/bin/sh\n${line}\n`)
    chmodSync(file, 0o755)
  }
  command('rails', `shift; exec ${runner} "$@"`)
  command('psql', `exec ${psql} -X -q -A -t -v ON_ERROR_STOP=1`)
  return directory
}
