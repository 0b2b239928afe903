import { createHash } from 'node:crypto'
import type { Client, ClientChannel, ServerHostKeyAlgorithm } from 'ssh2'
import type { SshConnection } from '../instance/documents.ts'
import { type Machine, type RunningCommand, tail, unreachable } from './executor.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { own } from '../instance/get-own.ts'
import {
  cannotLogIn,
  cannotRun,
  CHECK_ADDRESS,
  checkKey,
  CLOSED_AT_ONCE,
  noKeyNamed,
  notPrivateKey,
  otherHostKey,
  UNNAMED_KEY,
  wrongPassphrase,
} from './texts.ts'

/** OpenSSH's MaxSessions is 10 by default; other runs may use the same host. */
const MAX_SESSIONS = 6

/** Key algorithms by the name that a public key line begins with. */
const ALGORITHMS: { readonly [type: string]: ServerHostKeyAlgorithm[] } = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** Makes a host key's fingerprint, as `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256')
    .update(key)
    .digest('base64')
    .replace(/={1,2}$/, '')}`
}

/** Reads the pinned fingerprint, from a fingerprint or a public key line, and the types of key that can have it. */
export function pinned(hostKey: string): {
  readonly fingerprint: string
  readonly algorithms: readonly ServerHostKeyAlgorithm[][]
} {
  const [type = '', blob] = hostKey.trim().split(/\s+/)
  if (blob === undefined) return { fingerprint: type.replace(/={1,2}$/, ''), algorithms: Object.values(ALGORITHMS) }
  return { fingerprint: fingerprint(Buffer.from(blob, 'base64')), algorithms: [own(ALGORITHMS, type) ?? []] }
}

/** The key that logs in, and its name in `instance.yaml`. */
export interface Login {
  readonly key: SshConnection['key']
  readonly name: string
  /** One more thing to check if the machine refuses it. */
  readonly more?: string
}

const loginOf = ({ key }: SshConnection): Login => ({ key, name: 'ssh.key' })

type LoginAttempt = { readonly client: Client } | { readonly refused: string | null; readonly error: Error }

/**
 * Logs in to the machine that `ssh` names and keeps the connection open.
 * The host key is pinned: nothing is sent to a machine with another one.
 */
export async function connect(
  connection: SshConnection,
  secrets: Secrets,
  { key, name, more }: Login = loginOf(connection),
): Promise<Machine> {
  const { NodeSSH } = await import('node-ssh')
  const pin = pinned(connection.host_key)
  const where = `${connection.host}:${connection.port ?? 22}`
  const login = {
    host: connection.host,
    port: connection.port ?? 22,
    username: connection.user,
    ...(key === undefined
      ? {}
      : { privateKey: await secrets.sshKey(key, name, { host: connection.host, fingerprint: pin.fingerprint }) }),
    ...(connection.passphrase === undefined
      ? {}
      : { passphrase: await secrets.read(connection.passphrase, 'ssh.passphrase') }),
    ...((connection.agent ?? key === undefined) && process.env.SSH_AUTH_SOCK
      ? { agent: process.env.SSH_AUTH_SOCK }
      : {}),
    readyTimeout: 20_000,
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
  }

  const attempt = async (serverHostKey: ServerHostKeyAlgorithm[]): Promise<LoginAttempt> => {
    const ssh = new NodeSSH()
    let refused: string | null = null
    const hostVerifier = (presented: Buffer): boolean => {
      const seen = fingerprint(presented)
      if (seen !== pin.fingerprint) refused = seen
      return refused === null
    }
    try {
      await ssh.connect({ ...login, hostVerifier, algorithms: { serverHostKey } })
    } catch (error) {
      ssh.dispose()
      return { refused, error: error instanceof Error ? error : new Error(String(error)) }
    }
    const client = ssh.connection
    // A request is one line: waiting to send more with it would cost 40 ms each.
    client?.setNoDelay()
    return client ? { client } : { refused, error: new Error(CLOSED_AT_ONCE) }
  }

  const seen: string[] = []
  let last: Error | undefined
  for (const algorithms of pin.algorithms) {
    const result = await attempt(algorithms)
    if ('client' in result) return machineOver(result.client, where)
    if (result.refused !== null) seen.push(result.refused)
    // A server without a key of this type is asked for the next type; any other failure is final.
    else if (!/no matching (host key|server host key)/i.test(result.error.message)) last = result.error
    if (last) break
  }
  if (last)
    throw unreachable(
      'ssh-failed',
      cannotLogIn({ where, user: connection.user, why: last.message }),
      sshHint(last, { name: key === undefined ? null : name, more }),
      last,
    )
  const { message, hint } = otherHostKey({ where, pinned: pin.fingerprint, seen })
  throw unreachable('host-key-mismatch', message, hint)
}

function sshHint(
  { message }: Error,
  { name, more }: { readonly name: string | null; readonly more: Login['more'] },
): string {
  if (/privateKey/.test(message))
    return (/encrypted|passphrase/i.test(message) ? wrongPassphrase : notPrivateKey)(name ?? UNNAMED_KEY)
  if (/authentication/i.test(message)) return name === null ? noKeyNamed(more) : checkKey({ key: name, more })
  return CHECK_ADDRESS
}

function machineOver(client: Client, where: string): Machine {
  // Without a listener, an error after login would end the process.
  let broken: Error | null = null
  client.on('error', (error) => {
    broken = error
  })
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  let free = MAX_SESSIONS
  const waiting: (() => void)[] = []
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }
  // A short command can end in the packet of its start: listen before anything is awaited.
  const open = (command: string): Promise<RunningCommand> =>
    new Promise((resolve, reject) =>
      client.exec(command, (error, channel) => (error ? reject(error) : resolve(running(channel, leave)))),
    )

  return {
    start: async (command): Promise<RunningCommand> => {
      await enter()
      try {
        return await open(command)
      } catch (error) {
        leave()
        const why = broken ?? error
        throw unreachable(
          'ssh-failed',
          cannotRun({ where, why: why instanceof Error ? why.message : String(why) }),
          undefined,
          why,
        )
      }
    },
    close: async () => {
      client.end()
      await closed
    },
  }
}

function running(channel: ClientChannel, leave: () => void): RunningCommand {
  const stderr = tail(channel.stderr)
  channel.on('error', () => {})
  let code: number | null = null
  channel.on('exit', (value: number | null) => {
    code = value
  })
  const closed = new Promise<void>((resolve) => channel.once('close', () => resolve()))
  // The end of stderr may come after the channel has closed.
  const stderrEnded = new Promise<void>((resolve) => channel.stderr.once('end', () => resolve()))
  const ended = Promise.all([closed, stderrEnded]).then(() => code)
  void closed.then(leave)
  return { stdin: channel, stdout: channel, stderr, ended, kill: () => channel.close() }
}
