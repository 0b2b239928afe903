import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import ssh2 from 'ssh2'
import { ed25519Pair } from './ssh-keys.ts'
import { clone, git } from './git.ts'

export interface GitServer extends AsyncDisposable {
  readonly url: (name: string) => string
}

export interface HttpGitServer extends GitServer {
  /** Cuts the connection after Git has done its work, for requests whose path and query this says yes to. */
  loseAnswer: (request: string) => boolean
}

/**
 * A clone whose remote is a server of this process: cloned from the folder, since a blocking clone would wait for
 * itself.
 */
export function cloneVia(server: GitServer, bare: string, dir: string): string {
  clone(bare, dir)
  git(dir, 'remote', 'set-url', 'origin', server.url(basename(bare)))
  return dir
}

/** Serves the bare repositories of a folder over HTTP, by Git's own `http-backend`. */
export async function httpGit(root: string): Promise<HttpGitServer> {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://git.test')
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'alice',
        REQUEST_METHOD: request.method,
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    })
    request.pipe(backend.stdin)
    const out = await collect(backend)
    if (server.loseAnswer(pathname + search)) {
      response.destroy()
      return
    }
    const end = out.indexOf('\r\n\r\n')
    for (const line of out.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(': ')
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.end(out.subarray(end + 4))
  }
  const http = createServer((request, response) => void handle(request, response))
  const port = await listen(http)
  const server: HttpGitServer = {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    loseAnswer: () => false,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        http.closeAllConnections()
        http.close(() => done())
      }),
  }
  return server
}

async function collect(child: ChildProcess): Promise<Buffer> {
  const chunks: Buffer[] = []
  child.stdin?.on('error', () => {})
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((done) => child.on('close', done))
  return Buffer.concat(chunks)
}

function listen(server: {
  listen: (port: number, host: string, done: () => void) => unknown
  address: () => AddressInfo | string | null
}): Promise<number> {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      done(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** Serves repositories over SSH in this process, and points Git's ssh at it for as long as it lives. */
export async function sshGit(root: string): Promise<GitServer> {
  const key = join(root, 'id_ed25519')
  const pair = ed25519Pair()
  writeFileSync(key, pair.private)
  chmodSync(key, 0o600)
  const open = new Set<ssh2.Connection>()
  const server = new ssh2.Server({ hostKeys: [ed25519Pair().private] }, (client) => {
    open.add(client)
    client.on('error', () => {})
    client.on('authentication', (context) =>
      context.method === 'publickey' ? context.accept() : context.reject(['publickey']),
    )
    client.on('session', (accept) => {
      const session = accept()
      session.on('env', (acceptEnv) => acceptEnv?.())
      session.on('exec', (acceptExec, reject, { command }) => {
        const [, verb, name] = /^git-(upload-pack|receive-pack) '\/([\w.-]+)'$/.exec(command) ?? []
        if (verb === undefined || name === undefined) return reject()
        const channel = acceptExec()
        const child = spawn('git', [verb, join(root, name)])
        channel.pipe(child.stdin)
        child.stdin.on('error', () => {})
        child.stdout.pipe(channel, { end: false })
        child.stderr.pipe(channel.stderr, { end: false })
        child.on('close', (code) => {
          channel.exit(code ?? 1)
          channel.end()
        })
      })
    })
  })
  const port = await listen(server)
  const before = process.env.GIT_SSH_COMMAND
  // For this test's throw-away server alone: its host key is made anew each time.
  process.env.GIT_SSH_COMMAND =
    `ssh -F /dev/null -i ${key} -o StrictHostKeyChecking=no ` + '-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'
  return {
    url: (name) => `ssh://git@127.0.0.1:${port}/${name}`,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        if (before === undefined) delete process.env.GIT_SSH_COMMAND
        else process.env.GIT_SSH_COMMAND = before
        for (const client of open) client.end()
        server.close(() => done())
      }),
  }
}
