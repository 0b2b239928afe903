import { once } from 'node:events'
import type { Command } from '@commander-js/extra-typings'
import { say, type Io } from './io.ts'
import { setStage, type Stage } from './demo/stage.ts'
import { tellStory } from './demo/story.ts'

export const verb = (command: Command, io: Io) =>
  command
    .option(
      '--github',
      'the story of pull requests: an issue form, a comment, a merge, a night, on a stand-in for GitHub',
    )
    .option('--once', 'end after the story (default where there is no terminal: on one, the server stays until Ctrl-C)')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook demo\n  herdbook demo --github\n\nIt needs no server: an embedded Mastodon and a Git repository, both in a temporary folder. Everything in them is made up.',
    )
    .action(async ({ once: ends, github }) => {
      if (github) return playGitHub(io)
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

async function playGitHub(io: Io): Promise<void> {
  const { setGitHubStage } = await import('./demo/github-stage.ts')
  const { tellGitHubStory, tellers } = await import('./demo/github-story.ts')
  const { stage, hub, settle, close } = await setGitHubStage(io)
  try {
    say(
      io,
      `Herd is a made-up server with seven volunteers, on an embedded Mastodon ${stage.live.version}. Its files are the repository ${hub.repository} on a stand-in for GitHub, with the workflows that \`herdbook init\` writes.`,
    )
    await tellGitHubStory({ hub, settle, hand: stage.live.hand, ...tellers(io) })
    say(io, `\n\nThe repository stays in ${stage.herd}. Begin your own: herdbook init DOMAIN --github OWNER/NAME`)
  } finally {
    await close()
  }
}

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
