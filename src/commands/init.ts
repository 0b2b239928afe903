import { mkdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { normalizeDomain } from '../instance/domains.ts'
import { directorySource } from '../instance/source.ts'
import { count } from '../render/text.ts'
import { removeExample } from './init/example.ts'
import { githubFiles, OWN_ACTION, UNFILLED, type Approvers } from './init/github.ts'
import { ownPin, parsePin, type Pin } from './init/pin.ts'
import { branchOf, ensureRepository, originOf } from './init/repository.ts'
import { askServer, type Found } from './init/server.ts'
import { settingsOf } from './init/settings.ts'
import { templates } from './init/templates.ts'
import { exists, schemas, writeNew, type Content } from './init/write.ts'
import { say, type Io } from './io.ts'
import { doorsIn } from './proposal.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<domain>', "the domain in your members' handles: herd.example in @alice@herd.example")
    .option('--dir <dir>', 'the folder to begin in', '.')
    .option('--github <owner/name>', 'its repository on GitHub (default: the remote origin, where that is there)')
    .option('--owners <handles>', 'who approves what is for owners, such as @alice,@bob or a team, @herd/owners')
    .option('--moderators <handles>', 'who approves blocks and rules')
    .option('--action <owner/name@commit>', 'the Herdbook that workflows run (default: the commit of this one)')
    .addHelpText(
      'after',
      `
Examples:
  herdbook init herd.example --dir herd
  herdbook init herd.example --github herd/instance \\
    --owners @alice,@bob --moderators @herd/moderators

It asks the server what everybody may ask. No file that is there already is touched, but for the example
in a copy of Herdbook's own repository: that makes way. For GitHub it prints what has to be set there once.`,
    )
    .action(async (given, options) => {
      const domain = domainIn(given)
      const dir = resolve(io.cwd, options.dir)
      const approvers: Approvers = { owners: handlesIn(options.owners) ?? UNFILLED.owners, moderators: handlesIn(options.moderators) ?? UNFILLED.moderators }
      const [named, chosen] = [repositoryNamed(options.github), pinNamed(options.action)]
      await mkdir(dir, { recursive: true })
      const github = named ?? (await originOf(dir))
      const removed = await removeExample(dir)
      const found = await askServer(domain)
      const pin = (await exists(join(dir, OWN_ACTION))) ? 'own' : (chosen ?? (await ownPin()))
      const files = new Map<string, Content>([...templates(domain, found, github), ...(await schemas()), ...(await githubFiles(approvers, pin))])
      const written = await writeNew(dir, files)
      const git = await ensureRepository(dir)
      const instance = await readFile(join(dir, 'instance/instance.yaml'), 'utf8')
      const environment = (await doorsIn(directorySource(join(dir, 'instance'))))?.environment ?? 'production'
      say(io, told(io, { domain, dir, found, removed, written, git, github, pin, approvers, branch: await branchOf(dir), environment, knowsForge: /^forge:/m.test(instance) }))
    })

function domainIn(given: string): string {
  const name = normalizeDomain(given.replace(/^https?:\/\//, '').replace(/\/+$/, ''))
  return 'domain' in name ? name.domain : fail(EXIT.invalid, 'not-a-domain', `"${given}" is not a domain: ${name.refused}`, { hint: 'herdbook init herd.example' })
}

function repositoryNamed(given: string | undefined): string | null {
  if (given === undefined) return null
  return /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(given) ? given : fail(EXIT.invalid, 'not-a-repository', `"${given}" names no repository on GitHub.`, { hint: 'Write OWNER/NAME, such as herd/instance.' })
}

function pinNamed(given: string | undefined): Pin | null {
  if (given === undefined) return null
  return parsePin(given) ?? fail(EXIT.invalid, 'not-an-action', `"${given}" names no commit of a repository.`, { hint: 'Write OWNER/NAME@COMMIT, with all 40 digits of the commit.' })
}

/** Handles as CODEOWNERS has them, by a space. */
function handlesIn(given: string | undefined): string | null {
  if (given === undefined) return null
  const handles = given.split(/[\s,]+/).filter((one) => one !== '')
  const wrong = handles.find((one) => !/^@[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\/[A-Za-z0-9._-]+)?$/.test(one))
  if (wrong === undefined && handles.length > 0) return handles.join(' ')
  return fail(EXIT.invalid, 'not-a-handle', `"${wrong ?? given}" is nobody on GitHub.`, { hint: 'Write @name for a person and @organisation/team for a team, several with a comma between them.' })
}

interface Begun {
  readonly domain: string
  readonly dir: string
  readonly found: Found | null
  /** Files of the example that made way. */
  readonly removed: readonly string[]
  readonly written: readonly string[]
  readonly git: 'there' | 'new'
  readonly github: string | null
  readonly pin: Pin | 'own' | null
  readonly approvers: Approvers
  readonly branch: string
  /** The one that instance.yaml names. */
  readonly environment: string
  /** Whether instance.yaml names a forge. */
  readonly knowsForge: boolean
}

function told(io: Io, begun: Begun): string {
  const { domain, dir, found, removed, written, git, github } = begun
  return [
    found ? `${found.title} runs Mastodon ${found.version} at ${found.url}.` : `${domain} could not be asked; that is no hindrance.`,
    ...(removed.length === 0 ? [] : [`Herdbook's example has made way: ${count(removed.length, 'file', 'files')} of instance/.`]),
    ...(written.length === 0 ? ['Every file is there already: nothing was written.'] : ['Written:', ...listed(written)]),
    ...(git === 'new' ? ['It is a Git repository now, on the branch main.'] : []),
    ...open(begun).flatMap((line) => ['', line]),
    '',
    'Next: fill in the doors in instance/instance.yaml, then',
    ...(dir === io.cwd ? [] : [`  cd ${relative(io.cwd, dir)}`]),
    '  herdbook adopt',
    ...(github === null ? [] : settings({ ...begun, repository: github })),
  ].join('\n')
}

const FOLDERS = { schema: 'for your editor', '.github': 'workflows, issue forms, who approves what' } as const

/** Files by name, and folders that people need not look into by how much is in them. */
function listed(written: readonly string[]): string[] {
  const inside = (folder: string): number => written.filter((name) => name.startsWith(`${folder}/`)).length
  const folders = Object.entries(FOLDERS).filter(([folder]) => inside(folder) > 0)
  const own = written.filter((name) => folders.every(([folder]) => !name.startsWith(`${folder}/`)))
  return [...own, ...folders.map(([folder, what]) => `${folder}/ (${count(inside(folder), 'file', 'files')}: ${what})`)].map((line) => `  ${line}`)
}

/** What is left for somebody to fill in. */
function open({ domain, written, github, pin, approvers, knowsForge }: Begun): string[] {
  const unfilled = Object.values(approvers).filter((one) => Object.values(UNFILLED).includes(one))
  return [
    ...(pin === null ? ['No workflows were written: this Herdbook does not know its own commit on GitHub. Name one: --action OWNER/NAME@COMMIT'] : []),
    ...(written.includes('.github/CODEOWNERS') && unfilled.length > 0 ? [`Fill in .github/CODEOWNERS: who is ${unfilled.join(' and ')}?`] : []),
    ...(github === null ? [`For pull requests on GitHub: herdbook init ${domain} --github OWNER/NAME prints what has to be set there.`] : []),
    ...(github !== null && !knowsForge ? [`Add to instance/instance.yaml, so that merged pull requests approve changes: forge: { github: ${github} }`] : []),
  ]
}

const settings = (about: Parameters<typeof settingsOf>[0]): string[] => ['', `Once, by somebody who administers ${about.repository} on GitHub (shown, not run):`, ...Object.values(settingsOf(about)).flatMap(({ what, commands }) => ['', `# ${what}`, ...commands]), '', 'Then `herdbook doctor` looks whether all of it is so.']
