import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect } from '../../../src/ssh/connect.ts'
import type { Machine } from '../../../src/ssh/executor.ts'
import { openSecrets } from '../../../src/secrets/secrets.ts'
import type { SshConnection } from '../../../src/instance/documents.ts'
import { type Meddling, sshServer, type SshServer } from '../../support/ssh-server.ts'
import { type FilesPlace, placeHere } from './connection.ts'
import type { Stamp } from './wire.ts'

/** A machine with files, behind an SSH server of this process. */
export interface FilesMachine extends AsyncDisposable {
  readonly root: string
  readonly place: FilesPlace
  readonly server: SshServer
  readonly connection: SshConnection
  /** The environment of every far end that starts from now on: faults.ts says which faults it can be told. */
  readonly env: NodeJS.ProcessEnv
  readonly meddling: Meddling
  /** Logs in. */
  readonly login: () => Promise<Machine>
  /** Writes by hand, past every program. */
  readonly put: (path: string, content: string, mode?: number) => void
  /** What a file holds; null where there is none. */
  readonly content: (path: string) => string | null
}

export const STAMP: Stamp = { domain: 'herd.example', environment: 'production', repository: 'f'.repeat(40) }

/** Makes a machine with an empty root. `forced` is what runs there instead of whatever is asked for. */
export async function filesMachine(
  options: { readonly stamp?: Stamp | null; readonly forced?: (place: FilesPlace) => string } = {},
): Promise<FilesMachine> {
  const root = mkdtempSync(join(tmpdir(), 'herdbook-files-'))
  const place = placeHere(root)
  const env: NodeJS.ProcessEnv = {}
  const meddling: Meddling = {}
  const forced = options.forced?.(place)
  const server = await sshServer({ env, meddling, ...(forced === undefined ? {} : { forced }) })
  const put = (path: string, content: string, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
    chmodSync(join(root, path), mode)
  }
  const { stamp = STAMP } = options
  if (stamp) put('.stamp', JSON.stringify(stamp))
  const connection = {
    host: '127.0.0.1',
    port: server.port,
    user: 'herdbook',
    host_key: server.fingerprint,
    key: { env: 'KEY' },
  }
  return {
    root,
    place,
    server,
    connection,
    env,
    meddling,
    put,
    login: () => connect(connection, openSecrets({ KEY: server.key })),
    content: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Paths that no request may name. */
export const HOSTILE: readonly string[] = [
  '../out',
  'etc/../../out',
  'etc/..',
  '/etc/passwd',
  'etc//one',
  './etc',
  'etc/',
  '',
  '.',
  '..',
  'etc/a\nb',
  '-rf',
  'etc/-rf',
  '.stamp',
  '.lock',
  '.lock.json',
  'run/web.inputs',
  'protocols/web.json',
  'etc/.herdbook-new-one.conf',
  `etc/${'a'.repeat(300)}`,
]

/** The fact of a file with that content. */
export const fileOf = (content: string, mode = '0644') =>
  ({
    state: 'file',
    digest: createHash('sha256').update(content).digest('hex'),
    mode,
    size: Buffer.byteLength(content),
  }) as const
