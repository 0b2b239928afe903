import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { stderrTail, tail } from '../../ssh/executor.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { Secret } from '../../instance/documents.ts'
import { writeWhole } from '../../session/write-files.ts'
import type { Io } from '../../session/io.ts'
import { fileExists, notStored, nowhereToStore } from './texts.ts'

/** Where a credential is stored, and the server that it is for. */
export interface CredentialStore {
  readonly origin: string
  readonly secret: Secret
}

/** Refuses a credential that could not be stored, before it is created. `rotate` is the command that replaces one. */
export async function refuseToStore(
  { secret: { file, env } }: CredentialStore,
  command: string | undefined,
  rotate?: string,
): Promise<void> {
  if (command !== undefined) return
  if (file === undefined) {
    fail(EXIT.invalid, 'nowhere-to-store', nowhereToStore(env))
  }
  if (rotate !== undefined && (await exists(file))) fail(EXIT.refused, 'token-there', fileExists({ file, rotate }))
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Stores a credential with the server that it may be sent to, and replaces an older one. */
export async function store(
  io: Io,
  { origin, secret }: CredentialStore,
  token: string,
  command: string | undefined,
): Promise<void> {
  const text = `${origin} ${token}\n`
  if (command !== undefined) return passTo(io, command, text)
  await writeWhole([{ path: secret.file ?? '', text, mode: 0o600 }])
}

/** Passes the credential to a person's command, on stdin only. Its output may hold it, and is shown only on failure. */
async function passTo({ cwd }: Io, command: string, text: string): Promise<void> {
  const child = spawn(command, { cwd, shell: true, stdio: ['pipe', 'ignore', 'pipe'] })
  const stderr = tail(child.stderr)
  child.stdin.on('error', () => undefined)
  child.stdin.end(text)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return
  fail(EXIT.partial, 'not-stored', notStored(stderrTail({ code, stderr: stderr() })))
}
