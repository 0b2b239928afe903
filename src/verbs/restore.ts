import type { Command } from '@commander-js/extra-typings'
import { run } from './apply.ts'
import type { Io } from '../session/io.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<kind/id...>', 'what was changed or added by hand')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--yes', 'do not ask')
    .option('--wait', 'wait for a run that holds the lock')
    .option('--json', 'print what was done as JSON')
    .option('--verbose', 'list every change, however many')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook restore domain-block/spam.example\n\nIt is `herdbook apply --restore …`: what else the files changed is applied, too.\nWhat was added by hand and is in no file is taken away. To keep it: herdbook adopt KIND/ID',
    )
    .action(async (refs, options) => {
      await run(io, { ...options, restore: refs }, null)
    })
