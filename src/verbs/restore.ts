import type { Command } from '@commander-js/extra-typings'
import { run } from './apply.ts'
import type { Io } from '../session/io.ts'
import { HELP } from './restore/texts.ts'
import { INSTANCE_OPTION, WAIT_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<kind/id...>', HELP.refs)
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--yes', 'do not ask')
    .option('--wait', WAIT_OPTION)
    .option('--json', HELP.json)
    .option('--verbose', HELP.verbose)
    .addHelpText('after', HELP.after)
    .action(async (refs, options) => {
      await run(io, { ...options, restore: refs }, null)
    })
