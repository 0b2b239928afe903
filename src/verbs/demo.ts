import { once } from 'node:events'
import { Option, type Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { say, type Io } from '../session/io.ts'
import { setStage, type Stage } from '../demo/stage.ts'
import { tellStory } from '../demo/story.ts'

export const verb = (command: Command, io: Io) =>
  command
    .addOption(new Option('--github', 'what people see on GitHub, as version 0.1 showed it').hideHelp())
    .option('--once', 'end after the story (default where there is no terminal: on one, the server stays until Ctrl-C)')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook demo\n  herdbook demo --once\n\nIt needs no server: an embedded Mastodon and a Git repository, both in a temporary folder. Everything in them is made up.',
    )
    .action(async ({ once: ends, github }) => {
      if (github) refuseGitHub()
      const stage = await setStage(io)
      try {
        await tellStory(io, stage)
        if (ends || !io.stdout.isTTY)
          return say(
            io,
            `\n\nThe repository stays in ${stage.herd}; its Mastodon ends here. On a terminal it stays for you to play with: herdbook demo`,
          )
        say(io, `\n\n${goOn(stage)}`)
        if (!io.signal.aborted) await once(io.signal, 'abort')
      } finally {
        await stage.live.close()
      }
    })

const refuseGitHub = (): never =>
  fail(EXIT.refused, 'demo-github', 'The demo of GitHub is no longer part of the installed program.', {
    hint: 'Run it in a clone of Herdbook: npm run demo:github',
  })

/** What a person can type next, in another terminal. */
const goOn = ({ herd, live }: Stage): string => `Now it is yours. In another terminal:
  cd ${herd}
  alias herdbook="'${process.execPath}' '${process.argv[1] ?? 'herdbook'}'"
  herdbook status
  herdbook block free-hay.example --severity limit
  git commit -am "Limit free-hay.example"
  herdbook apply
And as somebody would in Mastodon's web interface:
  curl -H "Authorization: Bearer $(cut -d' ' -f2 ../token)" -d domain=night.example -d severity=suspend ${live.url}/api/v1/admin/domain_blocks
  herdbook drift

${live.url} is served until you press Ctrl-C here. The folder stays.`
