import { mkdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { normalizeDomain } from '../instance/domains.ts'
import { loadInstance } from '../instance/load.ts'
import { directorySource } from '../instance/source.ts'
import { count } from '../words/text.ts'
import { askAccount, type Account } from '../setup/init/account.ts'
import { removeExample } from '../setup/init/example.ts'
import { githubFiles, OWN_ACTION, UNFILLED, type Approvers } from '../setup/init/github.ts'
import { ownPin, parsePin, type Pin } from '../setup/init/pin.ts'
import { branchOf, ensureRepository, originOf } from '../setup/init/repository.ts'
import { askServer, type Found, type Silent } from '../setup/init/server.ts'
import { ANYWHERE, LACKING, NEVER_THERE, settingsOf, type Setting } from '../setup/init/settings.ts'
import { templates } from '../setup/init/templates.ts'
import { exists, schemas, writeNew, type Content } from '../setup/init/write.ts'
import { say, type Io } from '../session/io.ts'
import { connectionsIn } from '../session/instance-folder.ts'

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

It asks the server what everybody may ask, and GitHub, where GH_TOKEN or
GITHUB_TOKEN is set, who you are. No file that is there already is touched, but
for the example in a copy of Herdbook's own repository: that makes way.
For GitHub it prints what has to be set there once.`,
    )
    .action(async (given, options) => {
      const domain = domainIn(given)
      const dir = resolve(io.cwd, options.dir)
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
      const pin = !forGitHub ? null : own ? 'own' : (chosen ?? (await ownPin()))
      const begin = {
        domain,
        found: 'why' in answer ? null : answer,
        github,
        owners: peopleIn(approvers),
        proposed: pin !== null,
      }
      const files = new Map<string, Content>([
        ...templates(begin),
        ...(await schemas()),
        ...(forGitHub ? await githubFiles(approvers, pin) : []),
      ])
      const written = await writeNew(dir, files)
      const git = await ensureRepository(dir)
      const begun = await begunIn(dir)
      say(
        io,
        told(io, {
          domain,
          dir,
          answer,
          forGitHub,
          removed,
          written,
          git,
          github,
          pin,
          approvers,
          account,
          branch: await branchOf(dir),
          ...begun,
        }),
      )
    })

function domainIn(given: string): string {
  const name = normalizeDomain(given.replace(/^https?:\/\//, '').replace(/(?<!\/)\/+$/, ''))
  return 'domain' in name
    ? name.domain
    : fail(EXIT.invalid, 'not-a-domain', `"${given}" is not a domain: ${name.refused}`, {
        hint: 'herdbook init herd.example',
      })
}

function repositoryNamed(given: string | undefined): string | null {
  if (given === undefined) return null
  return /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(given)
    ? given
    : fail(EXIT.invalid, 'not-a-repository', `"${given}" names no repository on GitHub.`, {
        hint: 'Write OWNER/NAME, such as herd/instance.',
      })
}

function pinNamed(given: string | undefined): Pin | null {
  if (given === undefined) return null
  return (
    parsePin(given) ??
    fail(EXIT.invalid, 'not-an-action', `"${given}" names no commit of a repository.`, {
      hint: 'Write OWNER/NAME@COMMIT, with all 40 digits of the commit.',
    })
  )
}

/** Handles as CODEOWNERS has them, by a space. */
function handlesIn(given: string | undefined): string | null {
  if (given === undefined) return null
  const handles = given.split(/[\s,]+/).filter((one) => one !== '')
  const wrong = handles.find(
    (one) => !/^@(?=[\w-]{1,39}(\/|$))[A-Za-z0-9]+([-_][A-Za-z0-9]+)*(\/[A-Za-z0-9._-]+)?$/.test(one),
  )
  if (wrong === undefined && handles.length > 0) return handles.join(' ')
  return fail(EXIT.invalid, 'not-a-handle', `"${wrong ?? given}" is nobody on GitHub.`, {
    hint: 'Write @name for a person and @organisation/team for a team, several with a comma between them.',
  })
}

/** Who approves: those who are named; where nobody is, whoever begins. Where no moderators are named, the owners look after their files, too. */
function approversOf({ owners, moderators }: Record<keyof Approvers, string | null>, { login }: Account): Approvers {
  const known = owners ?? (login === null ? null : `@${login}`)
  return { owners: known ?? UNFILLED.owners, moderators: moderators ?? (known === null ? UNFILLED.moderators : '') }
}

/** Teams hold no authority: whoever decides is a person. */
function peopleIn({ owners }: Approvers): string[] {
  const people =
    owners === UNFILLED.owners
      ? []
      : owners
          .split(' ')
          .map((handle) => handle.slice(1))
          .filter((name) => !name.includes('/'))
  return [...new Map(people.map((name) => [name.toLowerCase(), name])).values()]
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
  readonly answer: Found | Silent
  readonly forGitHub: boolean
  /** Files of the example that made way. */
  readonly removed: readonly string[]
  readonly written: readonly string[]
  readonly git: 'there' | 'new'
  readonly github: string | null
  readonly pin: Pin | 'own' | null
  readonly approvers: Approvers
  readonly account: Account
  /** Who policy.yaml names as owners. */
  readonly owners: readonly string[]
  readonly branch: string
  /** The one that instance.yaml names. */
  readonly environment: string
  /** Whether instance.yaml names a forge. */
  readonly knowsForge: boolean
}

function told(io: Io, begun: Begun): string {
  const { domain, dir, answer, removed, written, git, github } = begun
  return [
    'why' in answer
      ? `${domain} could not be asked: ${answer.why}. That is no hindrance.`
      : `${answer.title} runs Mastodon ${answer.version} at ${answer.url}.`,
    ...(removed.length === 0
      ? []
      : [`Herdbook's example has made way: ${count(removed.length, 'file', 'files')} of instance/.`]),
    ...(written.length === 0
      ? ['Every file is there already: nothing was written.']
      : ['Written:', ...listed(written, begun.pin)]),
    ...(git === 'new' ? ['It is a Git repository now, on the branch main.'] : []),
    ...open(begun).flatMap((line) => ['', line]),
    '',
    'Next: fill in the connections in instance/instance.yaml, then',
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
    schema: 'for your editor',
    '.github': pin === null ? 'who approves what' : 'workflows, issue forms, who approves what',
  }
  const folders = Object.entries(all).filter(([folder]) => inside(folder) > 0)
  const own = written.filter((name) => folders.every(([folder]) => !name.startsWith(`${folder}/`)))
  return [
    ...own,
    ...folders.map(([folder, what]) => `${folder}/ (${count(inside(folder), 'file', 'files')}: ${what})`),
  ].map((line) => `  ${line}`)
}

/** What is left for somebody to fill in. */
function open({ domain, written, github, forGitHub, pin, approvers, account, owners, knowsForge }: Begun): string[] {
  const unfilled = Object.values(approvers).filter((one) => Object.values(UNFILLED).includes(one))
  return [
    ...(forGitHub && pin === null
      ? [
          'No workflows were written: this Herdbook does not know its own commit on GitHub. Name one: --action OWNER/NAME@COMMIT',
        ]
      : []),
    ...(pin !== null && pin !== 'own' && pin.tag === null
      ? [
          'This Herdbook is no release: Dependabot will offer no newer one for the workflows. To pin a release, name its commit: --action OWNER/NAME@COMMIT',
        ]
      : []),
    ...(written.includes('.github/CODEOWNERS') && unfilled.length > 0
      ? [`Fill in .github/CODEOWNERS: who is ${unfilled.join(' and ')}?`]
      : []),
    ...(github === null
      ? [
          `For pull requests on GitHub: herdbook init ${domain} --github OWNER/NAME writes what GitHub needs, and prints what has to be set there.`,
        ]
      : []),
    ...(github !== null && !knowsForge
      ? [`Add to instance/instance.yaml, so that merged pull requests approve changes: forge: { github: ${github} }`]
      : []),
    ...(github === null ? [] : deciding(owners)),
    ...(github === null || account.unprotected === false ? [] : [planOf(github, account)]),
  ]
}

function deciding([first, ...others]: readonly string[]): string[] {
  if (first === undefined)
    return [
      'Name the owners in instance/policy.yaml (owners: [NAME, NAME]): the people on GitHub who approve by hand, begin, unlock and sign the ledger anew. Until then, nobody does.',
    ]
  return others.length === 0
    ? [
        `One person decides here: @${first}. Name a second one under owners in instance/policy.yaml as soon as there is one.`,
      ]
    : []
}

function planOf(github: string, { unprotected }: Account): string {
  return unprotected === true
    ? `${github} is private, and on its plan GitHub has no ${LACKING} for it: nothing of what Herdbook relies on can be set there. Make it public, or take a paid plan, and type the same again for the commands. ${NEVER_THERE}`
    : `If ${github} is private, it needs a paid plan of GitHub's: on the free one there are no ${LACKING} for it. ${NEVER_THERE}`
}

/** The commands, as far as the plan lets them work. */
function settings(about: Begun & Parameters<typeof settingsOf>[0]): string[] {
  const parts = Object.entries<Setting>(settingsOf(about)).filter(
    ([name]) => about.account.unprotected !== true || ANYWHERE.includes(name),
  )
  return [
    '',
    `Once, by somebody who administers ${about.repository} on GitHub (shown, not run; the commands are for bash):`,
    ...parts.flatMap(([, { what, commands }]) => ['', `# ${what}`, ...commands]),
    '',
    'Then `herdbook doctor` looks whether all of it is so.',
    'In a public repository GitHub stops what runs at night after 60 days without activity, without a word: look now and then with `herdbook doctor`.',
  ]
}
