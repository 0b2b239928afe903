import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gitIn } from '../git/git.ts'
import { openSecrets } from '../secrets/secrets.ts'
import { EXIT, fail, type ExitCode } from '../instance/diagnostic.ts'
import type { Io } from '../session/io.ts'
import { main, type Verbs } from '../command-line/main.ts'
import { shipped } from '../setup/package-files.ts'
import { startLive, type DemoServer } from './start-server.ts'

/** The place of the story: a repository, and the server that it describes. */
export interface Stage {
  /** Holds the repository, Mastodon's directory and the secrets. */
  readonly folder: string
  /** The Git repository. */
  readonly herd: string
  readonly live: DemoServer
  /**
   * Runs a verb in the repository, with its output on `to`. If the exit code is not `expected`, the story ends.
   */
  readonly herdbook: (args: readonly string[], expected: ExitCode, to?: Io) => Promise<void>
  /** Runs Git in the repository, and gives its output. */
  readonly git: (...args: readonly string[]) => Promise<string>
  /** Changes a text in a file of the instance, as an editor would. */
  readonly edit: (file: string, from: string, to: string) => Promise<void>
}

const VERBS: Verbs = {
  plan: ['plan', () => import('../verbs/plan.ts')],
  apply: ['apply', () => import('../verbs/apply.ts')],
  drift: ['drift', () => import('../verbs/drift.ts')],
  adopt: ['adopt', () => import('../verbs/adopt.ts')],
  restore: ['restore', () => import('../verbs/restore.ts')],
  why: ['why', () => import('../verbs/why.ts')],
  block: ['block', () => import('../verbs/block.ts')],
  promote: ['promote', () => import('../verbs/promote.ts')],
}

/**
 * Sets the stage: an embedded Mastodon in the state of the example instance, and a repository whose ledger knows it.
 */
export async function setStage(io: Io): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'herdbook-demo-'))
  const live = await startLive(join(folder, 'live'))
  const stage = stageIn(io, folder, live)
  try {
    await writeFiles(stage)
    await recordStart(io, stage)
    return stage
  } catch (error) {
    await live.close()
    throw error
  }
}

function stageIn(io: Io, folder: string, live: DemoServer): Stage {
  const herd = join(folder, 'herd')
  return {
    folder,
    herd,
    live,
    herdbook: async (args, expected, to = io) => {
      if (io.signal.aborted) fail(EXIT.refused, 'stopped', 'The demo was stopped.')
      // The environment is empty: the demo uses no secret of the person, and knows of no pipeline.
      const code = await main(args, VERBS, { ...to, cwd: herd, env: {}, secrets: openSecrets({}), exit: EXIT.ok })
      if (code !== expected)
        fail(
          EXIT.defect,
          'demo-stuck',
          `herdbook ${args.join(' ')} ended with exit code ${code}, but the story needs ${expected}.`,
        )
    },
    git: async (...args) => {
      const { code, out, err } = await gitIn(herd).run(args)
      return code === 0 ? out : fail(EXIT.unreadable, 'git-failed', `git ${args.join(' ')} failed: ${err}`)
    },
    edit: async (file, from, to) => {
      const path = join(herd, 'instance', file)
      const text = await readFile(path, 'utf8')
      if (!text.includes(from)) fail(EXIT.defect, 'demo-stuck', `${file} does not hold "${from}".`)
      await writeFile(path, text.replace(from, to))
    },
  }
}

/** Commits the example instance with connections to the sandbox. The secrets are beside the repository. */
async function writeFiles({ folder, herd, live, git }: Stage): Promise<void> {
  await mkdir(herd)
  await Promise.all([
    ...(['instance', 'schema'] as const).map((name) => cp(shipped(name), join(herd, name), { recursive: true })),
    writeFile(join(folder, 'token'), `${live.url} ${live.token}\n`, { mode: 0o600 }),
    writeFile(join(folder, 'ledger-key'), `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 }),
  ])
  await writeFile(join(herd, 'instance', 'instance.yaml'), instanceFile(folder, live))
  await git('init', '--quiet', '-b', 'main')
  // The person's own configuration of Git does not apply in the demo's repository.
  const settings = {
    'user.name': 'Clover',
    'user.email': 'clover@herd.example',
    'commit.gpgsign': 'false',
    'core.autocrlf': 'false',
  }
  for (const [name, value] of Object.entries(settings)) await git('config', name, value)
}

const instanceFile = (
  folder: string,
  { domain, url, directory, database }: DemoServer,
): string => `# yaml-language-server: $schema=../schema/instance.schema.json
# The connections lead to the Mastodon that \`herdbook demo\` runs on this machine.
domain: ${domain}
mastodon:
  api:
    url: ${url}
    token: { file: ${JSON.stringify(join(folder, 'token'))} }
  database:
    over: local
    native: { psql: ${JSON.stringify(database)} }
  console:
    over: local
    native: { directory: ${JSON.stringify(directory)} }
acting_account: owner
ledger_key: { file: ${JSON.stringify(join(folder, 'ledger-key'))} }
`

/** Applies the files once, unseen and with a raised budget, and so begins the ledger. */
async function recordStart(io: Io, { herd, herdbook, git }: Stage): Promise<void> {
  const file = join(herd, 'instance', 'policy.yaml')
  const policy = await readFile(file, 'utf8')
  await writeFile(file, policy.replace(/(create|update): \d+/g, '$1: 100'))
  await git('add', '.')
  await git('commit', '--quiet', '-m', 'Herd at the start')
  await herdbook(['apply', '--yes', '--take-over', '--first', 'the demo begins'], EXIT.ok, unseen(io))
  await writeFile(file, policy)
  await git('commit', '--quiet', '-am', 'Budgets for every day')
}

/** A world without visible output; `heard` gets the output. */
export function unseen(io: Io, heard: (text: string) => void = () => {}): Io {
  const silent = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      heard(chunk.toString('utf8'))
      done()
    },
  })
  // Nothing needs more than this from a stream that is not a terminal.
  const stream = silent as unknown as NodeJS.WriteStream
  return { ...io, stdout: stream, stderr: stream }
}
