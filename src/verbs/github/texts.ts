/** What each job does. */
export const JOB_HELP = {
  check: 'check the files of outsiders or a merge queue, without secrets',
  plan: 'plan a pull request',
  replan: 'plan the open pull requests again',
  apply: 'apply what was merged',
  'issue-form': 'turn an accepted issue form into a pull request',
  drift: 'list what was changed by hand, in one issue',
  checkboxes: 'turn the boxes ticked in that issue into a pull request',
  dispatch: 'do what a person chose under "Run workflow"',
}

const jobLines = Object.entries(JOB_HELP).map(([name, what]) => `  ${name.padEnd(12)}${what}`)

export const HELP = {
  job: Object.keys(JOB_HELP).join(', '),
  after: `
Jobs:
${jobLines.join('\n')}

Example:
  herdbook github plan

This is for the workflows of GitHub Actions that \`herdbook init\` writes.
It reads the event of the workflow. It answers with comments, checks and the summary of the run.`,
}

export const noSuchJob = (name: string) => ({
  message: `There is no job ${name}.`,
  hint: `The jobs are ${Object.keys(JOB_HELP).join(', ')}.`,
})

/** A job by the name that version 0.1 gave it. */
export const jobRenamed = (old: string, name: string) => ({
  message: `The job ${old} is called ${name} now. The old name goes on working.`,
  hint: 'To bring the workflows up to date: herdbook init --update',
})

export const stillExample = (domain: string): string =>
  [
    `This repository still holds the example files of ${domain}, so this job does nothing.`,
    'Start with your own server: herdbook init DOMAIN',
  ].join(' ')

export const WORKFLOW_TOKEN = 'the token of the workflow'
