import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Started } from './cli.ts'

/**
 * Where a run is killed: at its nth write through the API, the console or into our refs, before or after it took
 * effect.
 */
export interface Moment {
  readonly where: 'rest' | 'console' | 'git'
  readonly nth: number
  readonly when: 'before' | 'after'
}

/** Stands in the connections of a sandbox and in the hooks of a clone, and kills a run (kill -9) at a moment. */
export interface Killer extends AsyncDisposable {
  /** The API, with the killer before it. */
  readonly url: string
  /** Mastodon's checkout, with the killer before its console. */
  readonly directory: string
  /** Runs until the end or the moment. */
  readonly strike: (start: () => Started, moment: Moment) => ReturnType<() => Started['ran']>
}

/**
 * The real console with somebody who counts its writes. Its parent is the run: everything between became it by exec.
 */
const SHIM = (rails: string, orders: string): string => `#!${process.execPath}
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
const [where, nth, when] = readFileSync(${JSON.stringify(orders)}, 'utf8').trim().split(' ')
const run = process.ppid
const kill = (at) => where === 'console' && when === at && writes === Number(nth) && process.kill(run, 'SIGKILL')
const child = spawn(${JSON.stringify(rails)}, process.argv.slice(2), { stdio: ['pipe', 'pipe', 'inherit'] })
let writes = 0
let asked = -1
process.stdout.on('error', () => {})
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line.includes('"op":"write"')) {
    asked = JSON.parse(line).id
    writes += 1
    if (kill('before')) return
  }
  child.stdin.write(line + '\\n')
}).on('close', () => child.stdin.end())
createInterface({ input: child.stdout }).on('line', (line) => {
  if (line.includes('"id":' + asked + ',') && kill('after')) return
  process.stdout.write(line + '\\n')
})
child.on('close', (code) => { process.exitCode = code })
`

/** A transaction on our refs is killed while it is prepared, which undoes it, or once it is committed. */
const HOOK = (orders: string, pid: string, count: string): string => `#!/bin/sh
grep -q ' refs/herdbook/' || exit 0
read -r where nth when < ${orders}
[ "$where" = git ] || exit 0
[ "$1" = prepared ] && echo . >> ${count}
[ "$(wc -l < ${count})" -eq "$nth" ] || exit 0
if [ "$1" = prepared ] && [ "$when" = before ]; then kill -9 "$(cat ${pid})"; exit 1; fi
if [ "$1" = committed ] && [ "$when" = after ]; then kill -9 "$(cat ${pid})"; fi
exit 0
`

/** Sets a killer up in a folder of its own. `clone` is the clone whose refs are watched. */
export async function killerIn(
  folder: string,
  sandbox: { readonly url: string; readonly console: string },
): Promise<Killer & { readonly watch: (clone: string) => void }> {
  const [orders, pid, count] = [join(folder, 'orders'), join(folder, 'pid'), join(folder, 'count')]
  mkdirSync(join(folder, 'bin'), { recursive: true })
  const order = (text: string): void => writeFileSync(orders, `${text}\n`)
  order('nowhere 0 before')
  writeFileSync(join(folder, 'bin/rails'), SHIM(sandbox.console, orders))
  chmodSync(join(folder, 'bin/rails'), 0o755)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  let writes = 0
  const kill = (when: string): boolean => {
    const [where, nth, at] = readFileSync(orders, 'utf8').trim().split(' ')
    if (where !== 'rest' || Number(nth) !== writes || at !== when) return false
    process.kill(Number(readFileSync(pid, 'utf8')), 'SIGKILL')
    return true
  }
  const server = createServer((request, response) => {
    const isWrite = request.method !== 'GET' && !request.url?.includes('/measures')
    if (isWrite) writes += 1
    if (isWrite && kill('before')) return void response.destroy()
    const onward = send(
      new URL(request.url ?? '/', sandbox.url),
      { method: request.method ?? 'GET', headers: request.headers, agent: false },
      (reply) => {
        if (isWrite && kill('after')) return void response.destroy()
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      },
    )
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    directory: folder,
    watch: (clone) => {
      const hook = join(clone, '.git/hooks/reference-transaction')
      mkdirSync(join(clone, '.git/hooks'), { recursive: true })
      writeFileSync(hook, HOOK(orders, pid, count))
      chmodSync(hook, 0o755)
    },
    strike: async (start, { where, nth, when }) => {
      writes = 0
      writeFileSync(count, '')
      order(`${where} ${nth} ${when}`)
      const { child, ran } = start()
      writeFileSync(pid, String(child.pid))
      const result = await ran
      order('nowhere 0 before')
      return result
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
