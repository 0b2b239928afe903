import { main, type Verbs } from './main.ts'

/** Runs a command line as this process: its exit code ends it. */
export async function start(argv: readonly string[], verbs: Verbs): Promise<never> {
  // A reader of the output may end early, as `| head` does: that must not end an apply.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const code = await main(argv, verbs)
  // simple-git keeps the event loop alive for seconds, so the process is ended once all output is written.
  await Promise.all([process.stdout, process.stderr].map(flushed))
  process.exit(code)
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> => new Promise((done) => stream.write('', () => done()))
