import type { Command } from '@commander-js/extra-typings'
import { EXIT } from '../instance/diagnostic.ts'
import { loadInstance } from '../instance/load.ts'
import { count } from '../words/text.ts'
import { say, tell, type Io } from '../session/io.ts'
import { sourceOf } from '../session/options.ts'
import { findPlace } from '../session/instance-folder.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--mastodon <version>', 'check keys and permissions for this version of Mastodon, such as 4.6')
    .option('--json', 'print what was found as JSON')
    .addHelpText('after', '\nExample:\n  herdbook validate\n\nIt asks no server. Exit 0 if all is well, 9 if not.')
    .action(async (options) => {
      const place = await findPlace(io, options.instance)
      const { instance, diagnostics } = await loadInstance(place.files, {
        now: io.now(),
        ...(options.mastodon === undefined ? {} : { version: options.mastodon }),
      })
      io.exit = instance ? EXIT.ok : EXIT.invalid
      if (options.json)
        return say(io, JSON.stringify({ version: 1, valid: instance !== null, findings: diagnostics }, null, 2))
      tell(io, diagnostics, await sourceOf(place))
      if (instance) say(io, `${count(Object.keys(instance.documents).length, 'file is', 'files are')} valid.`)
    })
