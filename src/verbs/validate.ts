import type { Command } from '@commander-js/extra-typings'
import { EXIT } from '../instance/diagnostic.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { say, tell, type Io } from '../session/io.ts'
import { sourceOf } from '../session/options.ts'
import { openFolder } from '../session/instance-folder.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'
import { HELP, valid } from './validate/texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--mastodon <version>', HELP.mastodon)
    .option('--json', HELP.json)
    .addHelpText('after', HELP.after)
    .action(async (options) => {
      const instanceFolder = await openFolder(io, options.instance)
      const { instance, diagnostics } = await loadInstance(instanceFolder.files, {
        now: io.now(),
        ...(options.mastodon === undefined ? {} : { version: options.mastodon }),
      })
      io.exit = instance ? EXIT.ok : EXIT.invalid
      if (options.json)
        return say(io, JSON.stringify({ version: 1, valid: instance !== null, findings: diagnostics }, null, 2))
      tell(io, diagnostics, await sourceOf(instanceFolder))
      if (instance) say(io, valid(Object.keys(instance.documents).length))
    })
