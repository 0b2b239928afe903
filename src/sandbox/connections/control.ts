import { createServer, type Server, type Socket } from 'node:net'
import { FRAME, type Connection } from './layout.ts'

/** A command of the checkout as the sandbox sees it. */
export interface Process {
  readonly connection: Connection
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  /** Its input, in the pieces in which it comes. */
  readonly input: AsyncIterable<Buffer>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Runs a command and answers its exit code. */
export type RunCommand = (process: Process) => Promise<number>

export interface Control {
  readonly server: Server
  /** Ends the commands that still run. */
  readonly hangUp: () => void
}

/** The socket behind the checkout's commands. */
export function createControl(run: RunCommand): Control {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    void serve(socket, run)
      .catch((error: unknown) => {
        frame(socket, FRAME.err, `${error instanceof Error ? error.message : String(error)}\n`)
        frame(socket, FRAME.exit, '1')
      })
      .finally(() => socket.end())
  })
  return { server, hangUp: () => open.forEach((socket) => socket.destroy()) }
}

async function serve(socket: Socket, run: RunCommand): Promise<void> {
  const input = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let head = Buffer.alloc(0)
  while (!head.includes(10)) {
    const next = await input.next()
    if (next.done === true) return void socket.destroy()
    head = Buffer.concat([head, next.value])
  }
  const end = head.indexOf(10)
  const rest = head.subarray(end + 1)
  const call: Omit<Process, 'input' | 'out' | 'err'> = JSON.parse(head.subarray(0, end).toString())
  const code = await run({
    ...call,
    input: prepend(rest, input),
    out: (text) => frame(socket, FRAME.out, text),
    err: (text) => frame(socket, FRAME.err, text),
  })
  frame(socket, FRAME.exit, String(code))
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

const PIECE = 65_536

/** In pieces, so that the other end never puts a large answer together. */
function frame(socket: Socket, kind: number, text: string): void {
  const content = Buffer.from(text)
  for (let start = 0; start < content.length && !socket.destroyed; start += PIECE) {
    const piece = content.subarray(start, start + PIECE)
    const head = Buffer.alloc(5)
    head.writeUInt8(kind, 0)
    head.writeUInt32BE(piece.length, 1)
    socket.write(head)
    socket.write(piece)
  }
}

/** All of a process's input as text. */
export async function readAll(input: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of input) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
