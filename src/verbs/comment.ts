import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { markerOf, upsertComment } from '../forges/sticky-comment.ts'
import { say, reportWaits, type Io } from '../session/io.ts'
import { openFiles } from '../session/session.ts'
import { commented, FORGE_TOKEN, HELP, NO_FORGE, notANumber } from './comment/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<pull-request>', HELP.pullRequest)
    .argument('<file>', HELP.file)
    .option('--as <login>', HELP.as)
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', HELP.examples)
    .action(async (given, file, options) => {
      const number = /^[1-9]\d{0,9}$/.test(given) ? Number(given) : fail(EXIT.invalid, 'no-number', notANumber(given))
      const { config } = await openFiles(io, options.instance)
      const { forge: named, environment = 'production' } = config
      if (!named) return fail(EXIT.invalid, 'no-forge', NO_FORGE.message, { hint: NO_FORGE.hint })
      const body = file === '-' ? await text(io.stdin) : await readFile(resolve(io.cwd, file), 'utf8')
      const token = await io.secrets.read({ env: 'GITHUB_TOKEN' }, FORGE_TOKEN)
      const { openForge } = await import('../forges/github/github.ts')
      const forge = await openForge({
        api: io.env['GITHUB_API_URL'] ?? 'https://api.github.com',
        repository: named.github,
        token,
        onWait: reportWaits(io),
      })
      const marker = markerOf(environment, 'plan')
      const { as } = options
      await upsertComment(
        { forge, io },
        number,
        marker,
        `${marker}\n${body.trim()}\n`,
        as === undefined ? undefined : ({ author }) => author === as,
      )
      say(io, commented(number, named.github))
    })
