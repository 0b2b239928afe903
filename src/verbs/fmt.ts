import type { Command } from '@commander-js/extra-typings'
import { EXIT } from '../instance/diagnostic.ts'
import { isFileName } from '../instance/documents.ts'
import { formatFile } from '../instance/format/format.ts'
import { listed } from '../words/text.ts'
import { writeEdits } from '../session/write-instance.ts'
import { say, tell, type Io } from '../session/io.ts'
import { sourceOf, textsOf } from '../session/options.ts'
import { findPlace } from '../session/instance-folder.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--check', 'write nothing; exit 9 if a file is not tidy')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook fmt\n\nIt changes how the files look, never what they say, and keeps every comment. Words stay as they are written; what stands in brackets over several lines, and JSON, stays as it is laid out. An entry that stands twice, word for word, is kept once.',
    )
    .action(async (options) => {
      const place = await findPlace(io, options.instance)
      const texts = [...(await textsOf(place))].filter(([file]) => isFileName(file))
      const formatted = await Promise.all(
        texts.map(async ([file, text]) => ({ file, before: text, ...(await formatFile(file, text)) })),
      )
      tell(
        io,
        formatted.flatMap((one) => one.diagnostics),
        await sourceOf(place),
      )
      const changed = formatted.filter((one) => one.text !== one.before)
      if (
        formatted.some((one) => one.diagnostics.some((d) => d.severity === 'error')) ||
        (options.check && changed.length > 0)
      )
        io.exit = EXIT.invalid
      if (!options.check) await writeEdits(place, changed)
      const names = listed(changed.map((one) => one.file))
      say(
        io,
        changed.length === 0
          ? 'All files are tidy.'
          : options.check
            ? `Not tidy: ${names}. Run: herdbook fmt`
            : `Tidied ${names}.`,
      )
    })
