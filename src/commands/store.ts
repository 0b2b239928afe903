import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Secret } from '../instance/documents.ts'
import { writeWhole } from './files.ts'
import { note, type Io } from './io.ts'

/** Where a credential is kept, and the server that it is for. */
export interface Kept {
  readonly origin: string
  readonly secret: Secret
}

/** Stores a new credential; refuses to write over one. */
export async function store(io: Io, kept: Kept, token: string, command: string | undefined): Promise<void> {
  const { file } = kept.secret
  if (command === undefined && file !== undefined && (await exists(file))) {
    fail(EXIT.refused, 'token-there', `${file} is there already.`, { hint: 'To replace what it holds: herdbook token rotate' })
  }
  await replace(io, kept, token, command)
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Stores a credential together with the server that it may be sent to, in place of an older one. */
export async function replace(io: Io, { origin, secret }: Kept, token: string, command: string | undefined): Promise<void> {
  const text = `${origin} ${token}\n`
  if (command !== undefined) return handOver(io, command, text)
  const { file } = secret
  if (file === undefined) {
    const hint = `--store-with 'gh secret set ${secret.env ?? 'NAME'} --env apply', or name a file: { file: PATH }`
    fail(EXIT.invalid, 'nowhere-to-store', `instance.yaml takes this token from the environment (${secret.env ?? ''}), where it can't be stored.`, { hint })
  }
  await writeWhole([{ path: file, text, mode: 0o600 }])
}

/** Gives the credential to a command of the person's own, on its stdin alone. */
async function handOver(io: Io, command: string, text: string): Promise<void> {
  const child = spawn(command, { shell: true, stdio: ['pipe', 'ignore', 'pipe'] })
  child.stderr.on('data', (chunk: Buffer) => note(io, chunk.toString('utf8')))
  child.stdin.on('error', () => undefined)
  child.stdin.end(text)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) fail(EXIT.partial, 'not-stored', `The command that should store the token ended with ${code ?? 'a signal'}.`, { hint: 'The old token still works. Try again.' })
}
