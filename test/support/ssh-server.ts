import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import ssh2 from 'ssh2'
import type { InstanceFile } from '../../src/instance/documents.ts'
import { ed25519Pair } from './ssh-keys.ts'

export interface SshServer extends AsyncDisposable {
  readonly port: number
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string
  /** The public key line. */
  readonly hostKey: string
  /** The private key that may log in. */
  readonly key: string
  /** Every command that was asked for. */
  readonly commands: string[]
  /** Most commands that ran at the same time. */
  readonly most: () => number
  /** Cuts every connection. */
  readonly cut: () => void
}

/** Who sees the lines that go through, each way: one that is answered with false does not pass. */
export interface Meddling {
  request?: ((line: string) => boolean) | undefined
  answer?: ((line: string) => boolean) | undefined
}

/** Passes a stream on by lines, where somebody meddles with them; a last line without an end passes as it is. */
function filtered(passes: (line: string) => boolean): Transform {
  let held = ''
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lines = (held + chunk.toString('latin1')).split('\n')
      held = lines.pop() ?? ''
      const passed = lines
        .filter(passes)
        .map((line) => `${line}\n`)
        .join('')
      done(null, Buffer.from(passed, 'latin1'))
    },
    flush(done) {
      done(null, Buffer.from(held, 'latin1'))
    },
  })
}

/**
 * An SSH server of this process that runs commands in a real shell. `forced` runs instead of whatever is asked for;
 * `home` lets keys in as its .ssh/authorized_keys says.
 */
export async function sshServer(
  options: {
    readonly env?: NodeJS.ProcessEnv
    readonly cwd?: string
    readonly forced?: string
    readonly home?: string
    readonly meddling?: Meddling
    readonly kind?: 'ed25519' | 'ecdsa' | 'rsa'
  } = {},
): Promise<SshServer> {
  const host =
    options.kind === 'rsa'
      ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
      : options.kind === 'ecdsa'
        ? ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
        : ed25519Pair()
  const login = ed25519Pair()
  const allowed = ssh2.utils.parseKey(login.public)
  if (allowed instanceof Error) throw allowed
  const cwd = options.cwd ?? options.home
  const commands: string[] = []
  const connections = new Set<ssh2.Connection>()
  let running = 0
  let most = 0

  const forcedFor = (key: Buffer): string | undefined => {
    const file = options.home === undefined ? '' : join(options.home, '.ssh/authorized_keys')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
    return lines.flatMap((line) =>
      line.includes(` ${key.toString('base64')} `) ? (/^restrict,command="([^"]*)" /.exec(line)?.[1] ?? []) : [],
    )[0]
  }
  const serve = (stream: ssh2.ServerChannel, command: string, forced = options.forced): void => {
    running += 1
    most = Math.max(most, running)
    const child = spawn('/bin/sh', ['-c', forced ?? command], {
      env: { ...process.env, ...options.env },
      ...(cwd === undefined ? {} : { cwd }),
    })
    child.stdin.on('error', () => {})
    const { meddling } = options
    const through = (from: Readable, way: keyof Meddling): Readable =>
      meddling ? from.pipe(filtered((line) => meddling[way]?.(line) ?? true)) : from
    through(stream, 'request').pipe(child.stdin)
    through(child.stdout, 'answer').pipe(stream, { end: false })
    child.stderr.pipe(stream.stderr, { end: false })
    stream.on('close', () => child.kill())
    child.on('close', (code) => {
      running -= 1
      stream.exit(code ?? 255)
      stream.end()
    })
  }
  const server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => {
    connections.add(connection)
    connection.on('error', () => {})
    connection.on('close', () => connections.delete(connection))
    let bound: string | undefined
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey'])
      bound = forcedFor(context.key.data)
      if (bound !== undefined || context.key.data.equals(allowed.getPublicSSH())) context.accept()
      else context.reject(['publickey'])
    })
    connection.on('ready', () => {
      connection.on('session', (accept) => {
        accept().on('exec', (take, _refuse, { command }) => {
          commands.push(command)
          serve(take(), command, bound)
        })
      })
    })
  })
  // As OpenSSH does: nothing waits for more to send with it.
  const sockets = createServer({ noDelay: true }, (socket) => server.injectSocket(socket))
  await new Promise<void>((resolve) => sockets.listen(0, '127.0.0.1', resolve))
  const [, blob = ''] = host.public.split(' ')
  return {
    port: (sockets.address() as AddressInfo).port,
    fingerprint:
      'SHA256:' + createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, ''),
    hostKey: host.public,
    key: login.private,
    commands,
    most: () => most,
    cut: () => connections.forEach((connection) => connection.end()),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.end()
        sockets.close(() => resolve())
      }),
  }
}

/** How instance.yaml names the machine; `key` is a file. */
export const sshOf = (
  server: SshServer,
  key: string,
  hostKey = server.fingerprint,
): NonNullable<InstanceFile['ssh']> => ({
  host: '127.0.0.1',
  port: server.port,
  user: 'mastodon',
  host_key: hostKey,
  key: { file: key },
})

/** A file with the key that the server takes. */
export const keyFile = (server: SshServer): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'herdbook-key-')), 'key')
  writeFileSync(file, server.key, { mode: 0o600 })
  return file
}
