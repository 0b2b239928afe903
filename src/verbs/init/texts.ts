import { LACKING, NEVER_THERE } from '../../setup/init/texts.ts'
import { count } from '../../words/text.ts'

export const DOMAIN = "the domain in your members' handles: herd.example in @alice@herd.example"
export const DIR = 'the folder to begin in'
export const GITHUB = 'its repository on GitHub (default: the remote origin, if it is on GitHub)'
export const OWNERS =
  'who approves the files that only owners may change: people (@alice,@bob) or a team (@herd/owners)'
export const MODERATORS = 'who approves blocks and rules: people or a team'
export const ACTION =
  'the commit of Herdbook that your workflows run, as OWNER/NAME@COMMIT (default: the commit of this Herdbook)'
export const UPDATE = 'bring the workflows, issue forms, schemas and CODEOWNERS to this version of Herdbook'

export const HELP = `
Examples:
  herdbook init herd.example --dir herd
  herdbook init herd.example --github herd/instance \\
    --owners @alice,@bob --moderators @herd/moderators
  herdbook init --update

The first begins an instance in the folder herd. The second also prepares it for
pull requests on GitHub. The third updates what an earlier Herdbook wrote.
This reads only public information from your server. If GH_TOKEN or GITHUB_TOKEN
is set, it asks GitHub who you are. It changes no file that you have. In a copy
of Herdbook's own repository it removes the example files. For GitHub it prints
the settings that you make there once.
With --update it shows as a diff what is older. It writes only the files that
nobody edited.`

export const notADomain = (given: string, why: string) => ({
  message: `"${given}" is not a domain: ${why}`,
  hint: 'For example: herdbook init herd.example',
})

export const notARepository = (given: string) => ({
  message: `"${given}" is not the name of a repository on GitHub.`,
  hint: 'Write OWNER/NAME, such as herd/instance.',
})

export const notAnAction = (given: string) => ({
  message: `"${given}" does not name a commit of a repository.`,
  hint: 'Write OWNER/NAME@COMMIT, with all 40 digits of the commit.',
})

export const notAHandle = (given: string) => ({
  message: `"${given}" is not the name of a person or a team on GitHub.`,
  hint: 'Write @name for a person and @organisation/team for a team, with commas between them.',
})

export const noDomain = {
  message: 'You did not name the domain of your server.',
  hint: 'For example: herdbook init herd.example',
}

export const noEffect = (option: string) => ({
  message: `${option} has no effect with --update. Herdbook takes it from the files.`,
  hint: `Leave out ${option}: herdbook init --update`,
})

export const silent = (domain: string, why: string): string =>
  `${domain} did not answer: ${why}. You can go on without an answer.`

export const found = ({ title, version, url }: { title: string; version: string; url: string }): string =>
  `${title} runs Mastodon ${version} at ${url}.`

export const exampleRemoved = (files: number): string =>
  `Removed the example of Herdbook: ${count(files, 'file', 'files')} in instance/.`

export const NOTHING_WRITTEN = 'Every file is there already, so Herdbook wrote nothing.'
export const WRITTEN = 'Written:'
export const NEW_REPOSITORY = 'The folder is a Git repository now, on the branch main.'
export const NEXT = 'Next: fill in the connections in instance/instance.yaml, then'

/** What is in the folders whose files are only counted. */
export const FOLDERS = {
  schema: 'for your editor',
  codeowners: 'who approves what',
  github: 'workflows, issue forms, who approves what',
}

export const NO_WORKFLOWS =
  'No workflows were written, because this Herdbook does not know its own commit on GitHub. ' +
  'To name a commit, add --action OWNER/NAME@COMMIT'

export const NO_RELEASE =
  'This Herdbook is not a release, so Dependabot offers no newer one for the workflows. ' +
  'To use a release, name its commit with --action OWNER/NAME@COMMIT'

export const unfilled = (handles: readonly string[]): string =>
  `Replace ${handles.join(' and ')} in .github/CODEOWNERS with names of people or teams on GitHub.`

export const noGitHub = (domain: string): string =>
  `To use pull requests on GitHub: herdbook init ${domain} --github OWNER/NAME. ` +
  'This writes what GitHub needs, and prints the settings to make there.'

export const noForge = (github: string): string =>
  `Add to instance/instance.yaml, so that merged pull requests approve changes: forge: { github: ${github} }`

export const NO_OWNERS =
  'Name the owners in instance/policy.yaml (owners: [NAME, NAME]). Owners are people on GitHub. ' +
  'Only owners approve by hand, allow the first apply, unlock, and sign the ledger again. ' +
  'Without owners, no one can do this.'

export const oneOwner = (name: string): string =>
  `One person decides here: @${name}. Name a second owner under owners in instance/policy.yaml as soon as you can.`

export const privateOnFreePlan = (github: string): string =>
  `${github} is private, and your price plan on GitHub has no ${LACKING} for private repositories. ` +
  'Herdbook needs these settings. Make the repository public, or pay for a larger price plan. ' +
  `Then run the command again to see the settings. ${NEVER_THERE}`

export const ifPrivate = (github: string): string =>
  `If ${github} is private, it needs a paid price plan on GitHub. ` +
  `The free one has no ${LACKING} for private repositories. ${NEVER_THERE}`

export const settingsHead = (github: string): string =>
  `An administrator of ${github} runs these commands once, in bash. Herdbook only shows them:`

export const SETTINGS_END = [
  'Then run `herdbook doctor`. It checks all these settings.',
  'In a public repository GitHub stops scheduled workflows after 60 days without activity, and does not tell you. ' +
    'Run `herdbook doctor` from time to time to see if they still run.',
]

/** What --update says of each file, by its state. */
export const UPDATED = {
  older: 'Updated, since nobody edited it',
  new: 'New in this version',
  edited: 'Not changed, since you edited it. The diff above shows what this version writes. Copy what you want',
  removed: 'Not written again, since you removed them',
} as const

export const UP_TO_DATE = 'Every file is as this version of Herdbook writes it.'
export const UPDATE_NEXT =
  'Next: look at `git diff`, commit, and open a pull request. What else to do is in .github/CHANGELOG.md of Herdbook.'
export const PIN_UNKNOWN =
  'The workflows were left out: this Herdbook does not know its own commit on GitHub. ' +
  'Name one: herdbook init --update --action OWNER/NAME@COMMIT'

export const olderPin = (path: string): string =>
  `${path} still runs the older Herdbook. Change its commit by hand, because two versions must not write one ledger.`

export const notBegun = (dir: string) => ({
  message: `${dir} has no instance/instance.yaml, so there is nothing to update.`,
  hint: 'For example: herdbook init herd.example',
})
