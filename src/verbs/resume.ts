import type { Command } from '@commander-js/extra-typings'
import { inline } from '../redaction/neutralise.ts'
import { say, type Io } from '../session/io.ts'
import { setPause } from './pause.ts'
import { openSession } from '../session/session.ts'
import { HELP, NOT_PAUSED, resumed } from './resume/texts.ts'
import { INSTANCE_OPTION, WAIT_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--wait', WAIT_OPTION)
    .addHelpText('after', HELP.after)
    .action(async (options) => {
      const session = await openSession(io, options.instance)
      const pause = await setPause(session, options.wait ?? false, null)
      say(
        io,
        pause === null
          ? NOT_PAUSED
          : resumed({
              by: inline(pause.by),
              at: inline(pause.at.slice(0, 16).replace('T', ' ')),
              why: inline(pause.why),
            }),
      )
    })
