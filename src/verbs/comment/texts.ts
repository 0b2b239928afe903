export const HELP = {
  pullRequest: 'the number of the pull request',
  file: 'the Markdown, for example from `herdbook plan --markdown`; - for standard input',
  as: 'the login of the person whose token this is (default: the token is of a program)',
  examples:
    `
Example:
  herdbook plan --base origin/main --head HEAD --markdown > plan.md
  herdbook comment 12 plan.md

This writes the plan of your branch into plan.md, and shows it in a comment on pull request 12. ` +
    'If you run it again, Herdbook changes that comment. ' +
    'It needs `forge` in instance.yaml and GITHUB_TOKEN in the environment. ' +
    'For another GitHub server, set GITHUB_API_URL.',
}

export const notANumber = (text: string): string => `${JSON.stringify(text)} is not the number of a pull request.`

export const NO_FORGE = {
  message: 'instance.yaml does not name your repository on GitHub (forge), so Herdbook cannot comment.',
  hint: 'Add to instance.yaml: forge: { github: owner/name }',
}

/** What the secret is for. */
export const FORGE_TOKEN = 'the token for the forge (GitHub)'

export const commented = (number: number, repository: string): string => `Commented on #${number} of ${repository}.`
