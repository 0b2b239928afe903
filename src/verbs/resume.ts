import type { Command } from '@commander-js/extra-typings'
import { inline } from '../redaction/neutralise.ts'
import { say, type Io } from '../session/io.ts'
import { setPause } from './pause.ts'
import { openSession } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--wait', 'wait for a run that holds the lock')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook resume\n\nEnds `herdbook pause`. What was merged meanwhile is applied by the next apply.',
    )
    .action(async (options) => {
      const session = await openSession(io, options.instance)
      const was = await setPause(session, options.wait ?? false, null)
      say(
        io,
        was === null
          ? 'Nothing was paused.'
          : `Resumed. It was paused by ${inline(was.by)} since ${inline(was.at.slice(0, 16).replace('T', ' '))} UTC: ${inline(was.why)}\nApply what was merged meanwhile: herdbook apply`,
      )
    })
