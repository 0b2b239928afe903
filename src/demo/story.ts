import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { EXIT, type ExitCode } from '../instance/diagnostic.ts'
import { wantsColour } from '../words/layout.ts'
import { say, type Io } from '../session/io.ts'
import type { Stage } from './stage.ts'

/** Tells the story of a change, and of a night at the web interface, with the real verbs. */
export async function tellStory(io: Io, stage: Stage): Promise<void> {
  const told = narrator(io, stage)
  told.text(
    'Herd is a made-up server with seven volunteers. ' +
      `It runs here on an embedded Mastodon ${stage.live.version}, at ${stage.live.url}.`,
    `Files in a Git repository say what Herd blocks, who moderates, and what its rules, settings and terms are:`,
  )
  await told.shell('ls instance')

  told.heading('1  A moderator proposes a change')
  await told.herdbook(
    EXIT.ok,
    'block',
    'rustlers.example',
    '--severity',
    'suspend',
    '--public-comment',
    'Organised theft of accounts',
  )
  await told.herdbook(
    EXIT.ok,
    'block',
    'market-stall.example',
    '--severity',
    'limit',
    '--public-comment',
    'Advertisements all day',
  )
  await told.herdbook(EXIT.ok, 'promote', 'hazel', 'Moderator')
  told.text(
    'In an editor, the moderator also changes a rule, its translation and a setting. This is the whole pull request:',
  )
  await stage.edit('rules.yaml', 'Describe your pictures for those', 'Describe your pictures and films for those')
  await stage.edit('rules.yaml', 'Beschreibe deine Bilder für alle', 'Beschreibe deine Bilder und Filme für alle')
  await stage.edit('settings.yaml', 'registrations_mode: approved', 'registrations_mode: none')
  await told.git('diff', '--unified=1')
  await told.git('commit', '--quiet', '-am', 'Rustlers, a loud market, and Hazel helps')
  told.text('What would this do to the server, and to the people on it?')
  await told.herdbook(EXIT.changes, 'plan', '--out', '../plan.json')

  told.heading('2  The change is merged and applied')
  await told.herdbook(EXIT.ok, 'apply', '../plan.json')

  told.heading('3  The server and the files agree')
  await told.herdbook(EXIT.ok, 'plan')

  told.heading('4  At 3 a.m.')
  told.text(
    "@second blocks wolves.example in Mastodon's own web interface, and lifts the limit on newsbots.example.",
    'Herdbook undoes neither. It shows both:',
  )
  await stage.live.hand({ does: 'block', domain: 'wolves.example', comment: 'They come at night' })
  await stage.live.hand({ does: 'lift', domain: 'newsbots.example' })
  await told.herdbook(EXIT.drift, 'drift')

  told.heading('5  The morning after')
  told.text('The block was right. It stays, so write it into the files:')
  await told.herdbook(EXIT.ok, 'adopt', 'domain-block/wolves.example')
  await told.git('diff', '--unified=1')
  await told.git('commit', '--quiet', '-am', 'Adopt the block of wolves.example')
  told.text('Lifting the limit was a mistake. Bring it back, as in the files:')
  await told.herdbook(EXIT.ok, 'restore', 'domain-block/newsbots.example', '--yes')
  await told.herdbook(EXIT.ok, 'plan')

  told.heading('6  When a member asks')
  told.text('Why is rustlers.example blocked, who wanted that, and since when?')
  await told.herdbook(EXIT.ok, 'why', 'domain-block/rustlers.example')
}

function narrator(io: Io, stage: Stage) {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    styleText(style, text, { stream: io.stdout })
  const typed = (args: readonly string[]): void => say(io, `\n${paint('cyan', `$ ${args.map(shellWord).join(' ')}`)}`)
  return {
    heading: (text: string): void =>
      say(io, `\n\n${paint('bold', `── ${text} ${'─'.repeat(Math.max(0, 74 - text.length))}`)}`),
    text: (...lines: readonly string[]): void => say(io, `\n${lines.join('\n')}`),
    herdbook: async (expected: ExitCode, ...args: readonly string[]): Promise<void> => {
      typed(['herdbook', ...args])
      await stage.herdbook(args, expected)
    },
    git: async (...args: readonly string[]): Promise<void> => {
      typed(['git', ...args])
      say(
        io,
        await stage.git(
          ...(args[0] === 'diff'
            ? ['diff', `--color=${wantsColour(io.stdout) ? 'always' : 'never'}`, ...args.slice(1)]
            : args),
        ),
      )
    },
    shell: async (line: string): Promise<void> => {
      typed(line.split(' '))
      say(io, (await readdir(join(stage.herd, 'instance'))).toSorted().join('  '))
    },
  }
}

const shellWord = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`)
