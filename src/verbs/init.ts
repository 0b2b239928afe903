import { mkdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { loadInstance } from '../providers/load-instance.ts'
import { directorySource } from '../instance/source.ts'
import { connectionsIn } from '../session/instance-folder.ts'
import { say, type Io } from '../session/io.ts'
import { askAccount, type GitHubAccount } from '../setup/init/account.ts'
import { removeExample } from '../setup/init/example.ts'
import { githubFiles, OWN_ACTION, UNFILLED, type Approvers } from '../setup/init/github.ts'
import { ownPin, type Pin } from '../setup/init/pin.ts'
import { branchOf, ensureRepository, originOf } from '../setup/init/repository.ts'
import { askServer, type ServerInfo, type ServerFailure } from '../setup/init/server.ts'
import { ANYWHERE, settingsOf, type Setting } from '../setup/init/settings.ts'
import { templates } from '../setup/init/templates.ts'
import { exists, schemas, writeNew, type FileContent } from '../setup/init/write.ts'
import { count } from '../words/text.ts'
import { approversOf, domainIn, handlesIn, peopleIn, pinNamed, repositoryNamed } from './init/given.ts'
import * as texts from './init/texts.ts'
import { update } from './init/update.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('[domain]', texts.DOMAIN)
    .option('--dir <dir>', texts.DIR, '.')
    .option('--github <owner/name>', texts.GITHUB)
    .option('--owners <handles>', texts.OWNERS)
    .option('--moderators <handles>', texts.MODERATORS)
    .option('--action <owner/name@commit>', texts.ACTION)
    .option('--update', texts.UPDATE)
    .addHelpText('after', texts.HELP)
    .action(async (given, { update: isUpdate, ...options }) => {
      const dir = resolve(io.cwd, options.dir)
      if (isUpdate) {
        refuseBeside(given, options)
        return update(io, dir, pinNamed(options.action))
      }
      if (given === undefined) return fail(EXIT.invalid, 'no-domain', texts.noDomain.message, texts.noDomain)
      await begin(io, domainIn(given), dir, options)
    })

interface Options {
  readonly github?: string
  readonly owners?: string
  readonly moderators?: string
  readonly action?: string
}

/** Refuses (exit 9) what --update finds in the files. */
function refuseBeside(domain: string | undefined, { github, owners, moderators }: Options): void {
  const [option] = Object.entries({
    [domain ?? '']: domain,
    '--github': github,
    '--owners': owners,
    '--moderators': moderators,
  })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
  if (option === undefined) return
  const { message, hint } = texts.noEffect(option)
  fail(EXIT.invalid, 'no-effect', message, { hint })
}

async function begin(io: Io, domain: string, dir: string, options: Options): Promise<void> {
  const handles = { owners: handlesIn(options.owners), moderators: handlesIn(options.moderators) }
  const [named, chosen] = [repositoryNamed(options.github), pinNamed(options.action)]
  await mkdir(dir, { recursive: true })
  const github = named ?? (await originOf(dir))
  const removed = await removeExample(dir)
  const [answer, account] = await Promise.all([askServer(domain), askAccount(io, github)])
  const approvers = approversOf(handles, account)
  const own = await exists(join(dir, OWN_ACTION))
  // What only GitHub reads is written where somebody spoke of GitHub.
  const forGitHub = github !== null || chosen !== null || own
  const pin: Begun['pin'] = !forGitHub ? null : own ? 'own' : (chosen ?? (await ownPin()))
  const found = 'why' in answer ? null : answer
  const files = new Map<string, FileContent>([
    ...templates({ domain, found, github, owners: peopleIn(approvers), proposed: pin !== null }),
    ...(await schemas()),
    ...(forGitHub ? await githubFiles(approvers, pin) : []),
  ])
  const written = await writeNew(dir, files)
  const git = await ensureRepository(dir)
  const about = { domain, dir, answer, forGitHub, removed, written, git, github, pin, approvers, account }
  say(io, report(io, { ...about, branch: await branchOf(dir), ...(await begunIn(dir)) }))
}

/** What the files say now, those that were there before among them. */
async function begunIn(dir: string): Promise<Pick<Begun, 'environment' | 'knowsForge' | 'owners'>> {
  const files = directorySource(join(dir, 'instance'))
  const policy = { ...files, list: async () => (await files.list()).filter(({ name }) => name === 'policy.yaml') }
  const [config, { instance }] = await Promise.all([connectionsIn(files), loadInstance(policy)])
  return {
    environment: config?.environment ?? 'production',
    knowsForge: /^forge:/m.test(await readFile(join(dir, 'instance/instance.yaml'), 'utf8')),
    owners: instance?.documents['policy.yaml']?.owners ?? [],
  }
}

interface Begun {
  readonly domain: string
  readonly dir: string
  readonly answer: ServerInfo | ServerFailure
  readonly forGitHub: boolean
  /** Files of the example that were removed. */
  readonly removed: readonly string[]
  readonly written: readonly string[]
  readonly git: 'there' | 'new'
  readonly github: string | null
  readonly pin: Pin | 'own' | null
  readonly approvers: Approvers
  readonly account: GitHubAccount
  /** Who policy.yaml names as owners. */
  readonly owners: readonly string[]
  readonly branch: string
  /** The one that instance.yaml names. */
  readonly environment: string
  /** Whether instance.yaml names a forge. */
  readonly knowsForge: boolean
}

function report(io: Io, begun: Begun): string {
  const { domain, dir, answer, removed, written, git, github } = begun
  return [
    'why' in answer ? texts.silent(domain, answer.why) : texts.found(answer),
    ...(removed.length === 0 ? [] : [texts.exampleRemoved(removed.length)]),
    ...(written.length === 0 ? [texts.NOTHING_WRITTEN] : [texts.WRITTEN, ...listed(written, begun.pin)]),
    ...(git === 'new' ? [texts.NEW_REPOSITORY] : []),
    ...open(begun).flatMap((line) => ['', line]),
    '',
    texts.NEXT,
    ...(dir === io.cwd ? [] : [`  cd ${relative(io.cwd, dir)}`]),
    '  herdbook status',
    '  herdbook adopt --moderators',
    ...(github === null ? [] : settings({ ...begun, repository: github })),
  ].join('\n')
}

/** Files by name, and folders that people need not look into by how much is in them. */
function listed(written: readonly string[], pin: Begun['pin']): string[] {
  const inside = (folder: string): number => written.filter((name) => name.startsWith(`${folder}/`)).length
  const all = {
    schema: texts.FOLDERS.schema,
    '.github': pin === null ? texts.FOLDERS.codeowners : texts.FOLDERS.github,
  }
  const folders = Object.entries(all).filter(([folder]) => inside(folder) > 0)
  const own = written.filter((name) => folders.every(([folder]) => !name.startsWith(`${folder}/`)))
  return [
    ...own,
    ...folders.map(([folder, what]) => `${folder}/ (${count(inside(folder), 'file', 'files')}: ${what})`),
  ].map((line) => `  ${line}`)
}

/** What is left for a person to fill in. */
function open({ domain, written, github, forGitHub, pin, approvers, account, owners, knowsForge }: Begun): string[] {
  const unfilled = Object.values(approvers).filter((one) => Object.values(UNFILLED).includes(one))
  const isUnfilled = written.includes('.github/CODEOWNERS') && unfilled.length > 0
  return [
    ...(forGitHub && pin === null ? [texts.NO_WORKFLOWS] : []),
    ...(pin !== null && pin !== 'own' && pin.tag === null ? [texts.NO_RELEASE] : []),
    ...(isUnfilled ? [texts.unfilled(unfilled)] : []),
    ...(github === null ? [texts.noGitHub(domain)] : []),
    ...(github !== null && !knowsForge ? [texts.noForge(github)] : []),
    ...(github === null ? [] : deciding(owners)),
    ...(github === null || account.unprotected === false ? [] : [planOf(github, account)]),
  ]
}

function deciding([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [texts.NO_OWNERS]
  return others.length === 0 ? [texts.oneOwner(first)] : []
}

const planOf = (github: string, { unprotected }: GitHubAccount): string =>
  unprotected === true ? texts.privateOnFreePlan(github) : texts.ifPrivate(github)

/** The commands, as far as the plan lets them work. */
function settings(about: Begun & Parameters<typeof settingsOf>[0]): string[] {
  const parts = Object.entries<Setting>(settingsOf(about)).filter(
    ([name]) => about.account.unprotected !== true || ANYWHERE.includes(name),
  )
  return [
    '',
    texts.settingsHead(about.repository),
    ...parts.flatMap(([, { what, commands }]) => ['', `# ${what}`, ...commands]),
    '',
    ...texts.SETTINGS_END,
  ]
}
