import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { stderrTail, tail } from '../../ssh/executor.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { Secret } from '../../instance/documents.ts'
import { writeWhole } from '../../session/write-files.ts'
import type { Io } from '../../session/io.ts'

/** Where a credential is kept, and the server that it is for. */
export interface Kept {
  readonly origin: string
  readonly secret: Secret
}

/** Refuses where a new credential could not be stored: before anything is made. `another` is what takes the place of one that is there. */
export async function refuseToStore(
  { secret: { file, env } }: Kept,
  command: string | undefined,
  another?: string,
): Promise<void> {
  if (command !== undefined) return
  if (file === undefined) {
    const hint = `--store-with 'gh secret set ${env ?? 'NAME'} --env herdbook-apply', or name a file: { file: PATH }`
    fail(
      EXIT.invalid,
      'nowhere-to-store',
      `instance.yaml takes this token from the environment (${env ?? ''}), where it can't be stored.`,
      { hint },
    )
  }
  if (another !== undefined && (await exists(file)))
    fail(EXIT.refused, 'token-there', `${file} is there already.`, { hint: `To replace what it holds: ${another}` })
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Stores a credential together with the server that it may be sent to, in place of an older one. */
export async function store(
  io: Io,
  { origin, secret }: Kept,
  token: string,
  command: string | undefined,
): Promise<void> {
  const text = `${origin} ${token}\n`
  if (command !== undefined) return handOver(io, command, text)
  await writeWhole([{ path: secret.file ?? '', text, mode: 0o600 }])
}

/** Gives the credential to a command of the person's own, on its stdin alone. What it says is shown only where it fails: it may repeat what it was given. */
async function handOver({ cwd }: Io, command: string, text: string): Promise<void> {
  const child = spawn(command, { cwd, shell: true, stdio: ['pipe', 'ignore', 'pipe'] })
  const stderr = tail(child.stderr)
  child.stdin.on('error', () => undefined)
  child.stdin.end(text)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return
  fail(
    EXIT.partial,
    'not-stored',
    `The command that should store the token ${stderrTail({ code, stderr: stderr() })}.`,
    { hint: 'The new token was destroyed again, and an older one still works. Try again.' },
  )
}
