import type { Command } from '@commander-js/extra-typings'
import { EXIT } from '../instance/diagnostic.ts'
import { isFileName } from '../instance/documents.ts'
import { formatFile } from '../instance/format/format.ts'
import { writeEdits } from '../session/write-instance.ts'
import { say, tell, type Io } from '../session/io.ts'
import { sourceOf, textsOf } from '../session/options.ts'
import { openFolder } from '../session/instance-folder.ts'
import { ALL_TIDY, HELP, notTidy, tidied } from './fmt/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--check', HELP.check)
    .addHelpText('after', HELP.examples)
    .action(async (options) => {
      const instanceFolder = await openFolder(io, options.instance)
      const texts = [...(await textsOf(instanceFolder))].filter(([file]) => isFileName(file))
      const formatted = await Promise.all(
        texts.map(async ([file, text]) => ({ file, before: text, ...(await formatFile(file, text)) })),
      )
      tell(
        io,
        formatted.flatMap((one) => one.diagnostics),
        await sourceOf(instanceFolder),
      )
      const changed = formatted.filter((one) => one.text !== one.before)
      if (
        formatted.some((one) => one.diagnostics.some((d) => d.severity === 'error')) ||
        (options.check && changed.length > 0)
      )
        io.exit = EXIT.invalid
      if (!options.check) await writeEdits(instanceFolder, changed)
      const names = changed.map((one) => one.file)
      const result = options.check ? notTidy(names) : tidied(names)
      say(io, names.length === 0 ? ALL_TIDY : result)
    })
