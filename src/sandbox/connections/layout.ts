import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The frames of an answer: a byte for the kind, four for the length, then the bytes. */
export const FRAME = { out: 1, err: 2, exit: 3 } as const

/** What each command of the checkout hands its arguments and its input to: the sandbox, over its control socket. */
const CONNECTION = (socket: string): string => `import { connect } from 'node:net'

const [connection, ...args] = process.argv.slice(2)
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('PG')))
const socket = connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true })
let pending = Buffer.alloc(0)

socket.on('connect', () => {
  socket.write(JSON.stringify({ connection, args, environment, directory: process.cwd() }) + '\\n')
  process.stdin.pipe(socket)
})
socket.on('error', (error) => {
  process.stderr.write('the sandbox does not answer: ' + error.message + '\\n')
  process.exit(2)
})
socket.on('data', (chunk) => {
  pending = Buffer.concat([pending, chunk])
  while (pending.length >= 5 && pending.length >= 5 + pending.readUInt32BE(1)) {
    const [kind, end] = [pending[0], 5 + pending.readUInt32BE(1)]
    const content = pending.subarray(5, end)
    pending = pending.subarray(end)
    if (kind === ${FRAME.out}) process.stdout.write(content)
    if (kind === ${FRAME.err}) process.stderr.write(content)
    if (kind === ${FRAME.exit}) finish(Number(content.toString()))
  }
})
process.stdout.on('error', () => process.exit(141))

function finish(code) {
  process.exitCode = code
  process.stdin.unpipe(socket)
  process.stdin.destroy()
  socket.destroy()
}
`

const COMMANDS = { rails: 'rails', psql: 'psql', 'herdbook-reader': 'reader' } as const

export type Connection = (typeof COMMANDS)[keyof typeof COMMANDS]

/** Writes what a native install has: commands in `bin/` that the real clients start. */
export async function layOut(directory: string, socket: string): Promise<void> {
  const bin = join(directory, 'bin')
  await mkdir(bin, { recursive: true })
  await mkdir(join(directory, 'config'), { recursive: true })
  const script = join(directory, 'config', 'sandbox-connection.mjs')
  await writeFile(script, CONNECTION(socket))
  for (const [name, connection] of Object.entries(COMMANDS)) {
    const file = join(bin, name)
    await writeFile(file, `#!/bin/sh\nexec ${shellQuote(process.execPath)} ${shellQuote(script)} ${connection} "$@"\n`)
    await chmod(file, 0o755)
  }
}

/** A word as a POSIX shell reads it. */
function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
