#!/usr/bin/env node
import { version } from './version.ts'

const argv = process.argv.slice(2)
if (argv[0] === '--version' || argv[0] === '-V') {
  // Scripts ask for it often: nothing more is loaded for it. Whoever asked may be gone by now.
  process.stdout.on('error', () => undefined)
  process.stdout.write(`${version()}\n`)
} else {
  const [{ start }, { VERBS }] = await Promise.all([import('./commands/start.ts'), import('./verbs.ts')])
  await start(argv, VERBS)
}
