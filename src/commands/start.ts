import { EXIT } from '../instance/diagnostic.ts'
import { main, type Verbs } from './main.ts'

const NODE = 24

/** Runs a command line as this process: its exit code ends it. */
export async function start(argv: readonly string[], verbs: Verbs): Promise<never> {
  if (Number.parseInt(process.versions.node, 10) < NODE) {
    process.stderr.write(`Herdbook needs Node.js ${NODE} or newer, and this is ${process.versions.node}: https://nodejs.org\n`)
    process.exit(EXIT.defect)
  }
  // Whoever reads along may leave early, as `| head` does: that must not end an apply.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const code = await main(argv, verbs)
  // Not left to the event loop: simple-git holds it for seconds after its last call. What was said goes out first.
  await Promise.all([process.stdout, process.stderr].map(flushed))
  process.exit(code)
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((done) => stream.write('', () => done()))
