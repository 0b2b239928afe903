import { once } from 'node:events'
import { Option, type Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { say, type Io } from '../session/io.ts'
import { setStage } from '../demo/stage.ts'
import { tellStory } from '../demo/story.ts'
import { demoEnds, demoGoesOn, HELP, NO_GITHUB_DEMO } from './demo/texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .addOption(new Option('--github', HELP.github).hideHelp())
    .option('--once', HELP.once)
    .addHelpText('after', HELP.examples)
    .action(async ({ once: ends, github }) => {
      if (github) refuseGitHub()
      const stage = await setStage(io)
      try {
        await tellStory(io, stage)
        if (ends || !io.stdout.isTTY) return say(io, `\n\n${demoEnds(stage.herd)}`)
        const { herd: folder, live } = stage
        say(io, `\n\n${demoGoesOn({ folder, program: program(), url: live.url })}`)
        if (!io.signal.aborted) await once(io.signal, 'abort')
      } finally {
        await stage.live.close()
      }
    })

const refuseGitHub = (): never =>
  fail(EXIT.refused, 'demo-github', NO_GITHUB_DEMO.message, { hint: NO_GITHUB_DEMO.hint })

const program = (): string => `'${process.execPath}' '${process.argv[1] ?? 'herdbook'}'`
