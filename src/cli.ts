#!/usr/bin/env node
import { start } from './commands/start.ts'
import { VERBS } from './verbs.ts'

await start(process.argv.slice(2), VERBS)
