import { count } from '../../words/text.ts'

export const HELP = {
  json: 'print it as JSON',
  after: `
Example:
  GH_TOKEN=$(gh auth token) herdbook doctor

This uses your own token (GH_TOKEN or GITHUB_TOKEN) and changes nothing. An
administrator sees everything. To other people it says what it could not see.
Exit 9 if something is wrong, 10 if something could not be seen.`,
}

export const NO_FORGE = {
  message: 'instance.yaml does not name your repository on GitHub (forge), so there are no settings to check.',
  hint: 'Write in instance.yaml: forge: { github: OWNER/NAME }',
}

export const NO_TOKEN = {
  message: 'Herdbook needs your token for GitHub to see the settings.',
  hint: 'Give it the token of gh: GH_TOKEN=$(gh auth token) herdbook doctor',
}

export const lookingAt = (repository: string): string => `Looking at ${repository}`

export const ALL_FINE = 'All settings are correct.'
export const wrongThings = (things: number): string =>
  `${count(things, 'thing is', 'things are')} wrong (!). The line below each says how to fix it.`
export const unseenThings = (things: number): string =>
  `${count(things, 'thing', 'things')} could not be seen (?). Ask an administrator of the repository to run this.`
