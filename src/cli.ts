#!/usr/bin/env node
import { isOlder, MINIMUM } from './minimum.ts'
import { version } from './version.ts'

const argv = process.argv.slice(2)
if (argv[0] === '--version' || argv[0] === '-V') {
  // Scripts ask for it often: nothing more is loaded for it. Whoever asked may be gone by now.
  process.stdout.on('error', () => undefined)
  process.stdout.write(`${version()}\n`)
} else if (isOlder(process.versions.node, MINIMUM.node)) {
  // It could not even read the rest.
  process.stderr.write(
    `Herdbook needs Node.js ${MINIMUM.node} or newer, and this is ${process.versions.node}: https://nodejs.org\n`,
  )
  process.exitCode = 1
} else {
  const [{ start }, { VERBS }] = await Promise.all([import('./command-line/start.ts'), import('./verbs/index.ts')])
  await start(argv, VERBS)
}
