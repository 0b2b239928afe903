export const HELP = {
  pullRequest: 'the number of the pull request',
  file: 'the Markdown, for example from `herdbook plan --markdown`; - for standard input',
  as: "who writes the comments, if the token is a person's (default: any program)",
  examples: `
Example:
  herdbook plan --base origin/main --head HEAD --markdown > plan.md
  herdbook comment 12 plan.md

Herdbook writes one comment and keeps it up to date. It needs \`forge\` in instance.yaml and GITHUB_TOKEN in the environment. GITHUB_API_URL names another server.`,
}

export const notANumber = (text: string): string => `${JSON.stringify(text)} is not the number of a pull request.`

export const NO_FORGE = {
  message: 'instance.yaml names no forge, so Herdbook cannot comment.',
  hint: 'Add to it: forge: { github: owner/name }',
}

/** What the secret is for. */
export const FORGE_TOKEN = 'the token for the forge'

export const commented = (number: number, repository: string): string => `Commented on #${number} of ${repository}.`
