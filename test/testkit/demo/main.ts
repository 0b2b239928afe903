import { start } from '../../../src/command-line/start.ts'
import type { VerbModule } from '../../../src/command-line/main.ts'
import { say } from '../../../src/session/io.ts'
import { setGitHubStage } from './stage.ts'
import { tellGitHubStory, tellers } from './story.ts'

/**
 * Shows what people see on GitHub: an issue form, a comment, a merge, a night. GitHub is an imitation, and Mastodon an
 * embedded one.
 */
const verb: VerbModule['verb'] = (command, io) =>
  command.action(async () => {
    const { stage, hub, settle, close } = await setGitHubStage(io)
    try {
      say(
        io,
        `Herd is a made-up server with seven volunteers, on an embedded Mastodon ${stage.live.version}. ` +
          `Its files are the repository ${hub.repository} on an imitation of GitHub, ` +
          'with the workflows that `herdbook init` writes.',
      )
      await tellGitHubStory({ hub, settle, hand: stage.live.hand, ...tellers(io) })
      say(io, `\n\nThe repository stays in ${stage.herd}. Begin your own: herdbook init DOMAIN --github OWNER/NAME`)
    } finally {
      await close()
    }
  })

const VERBS = { demo: ['Show what people see on GitHub', async () => ({ verb })] } as const
await start(['demo', ...process.argv.slice(2)], VERBS)
