import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { markerOf, upsertComment } from '../forges/sticky-comment.ts'
import { say, toldWaits, type Io } from '../session/io.ts'
import { openFiles } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<pull-request>', 'its number')
    .argument('<file>', 'the Markdown, such as `herdbook plan --markdown` prints it; - for standard input')
    .option('--as <login>', "whose comments are ours, where the token is a person's (default: those of programs)")
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook plan --base origin/main --head HEAD --markdown > plan.md\n  herdbook comment 12 plan.md\n\nWrites one comment and keeps it up to date. It needs `forge` in instance.yaml and GITHUB_TOKEN in the environment; GITHUB_API_URL names another server.',
    )
    .action(async (given, file, options) => {
      const number = /^[1-9]\d{0,9}$/.test(given)
        ? Number(given)
        : fail(EXIT.invalid, 'no-number', `${JSON.stringify(given)} is not the number of a pull request.`)
      const { config } = await openFiles(io, options.instance)
      const { forge: named, environment = 'production' } = config
      if (!named)
        return fail(EXIT.invalid, 'no-forge', 'instance.yaml names no forge to comment on.', {
          hint: 'Add to it: forge: { github: owner/name }',
        })
      const body = file === '-' ? await text(io.stdin) : await readFile(resolve(io.cwd, file), 'utf8')
      const token = await io.secrets.read({ env: 'GITHUB_TOKEN' }, 'the token for the forge')
      const { openForge } = await import('../forges/github/github.ts')
      const forge = await openForge({
        api: io.env['GITHUB_API_URL'] ?? 'https://api.github.com',
        repository: named.github,
        token,
        onWait: toldWaits(io),
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
      say(io, `Commented on #${number} of ${named.github}.`)
    })
