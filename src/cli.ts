#!/usr/bin/env node
import { isOlder, MINIMUM } from './minimum.ts'
import { oldNode } from './texts.ts'
import { version } from './version.ts'

const argv = process.argv.slice(2)
if (argv[0] === '--version' || argv[0] === '-V') {
  // Scripts ask for it often, so nothing more is loaded. The reader may have closed the pipe by now.
  process.stdout.on('error', () => undefined)
  process.stdout.write(`${version()}\n`)
} else if (isOlder(process.versions.node, MINIMUM.node)) {
  // An older Node.js cannot parse the other files.
  process.stderr.write(oldNode({ have: process.versions.node, need: MINIMUM.node }))
  process.exitCode = 1
} else {
  const [{ start }, { VERBS }] = await Promise.all([import('./command-line/start.ts'), import('./verbs/index.ts')])
  await start(argv, VERBS)
}
