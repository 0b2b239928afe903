// What `herdbook init` prints about GitHub's settings, and the texts in the files that it writes.

/** What GitHub's free plan lacks for a private repository. */
export const LACKING = 'environments, environment secrets, branch protection, rulesets or code owners'
export const NEVER_THERE =
  'Never put the secrets into the repository instead: the workflow of any branch could read them.'

/** What else the switch allows that lets workflows open pull requests. */
export const OPENED =
  'a workflow on any branch can then also approve a pull request, but Herdbook counts no approval by a program'

/** What labels mean; GitHub takes 100 letters. */
export const LABELS = {
  asked: 'A member asks with a form',
  accepted: 'Make it a pull request',
  plan: 'Plan this commit on the live server',
  drift: 'Changed by hand',
  failure: 'The last run failed',
}

export const environments = (branch: string): string =>
  `Environments for planning and for applying. Only the branch ${branch} may use them`

export const SECRETS =
  'Their secrets. TOKEN is for the API, READER_KEY for the database, SSH_KEY for the console: ' +
  'leave out what you do not use. LEDGER_KEY signs the ledger. The repository itself holds no secret'

export const OWNERS_UNKNOWN =
  'An environment for signing the ledger again with a new key. First name the owners in instance/policy.yaml. ' +
  'Then run the command again: it prints the settings of this environment'

export const OWNERS =
  'An environment for signing the ledger again when you change ledger_key. ' +
  'Its jobs wait until an owner approves the run. Skip the last command now: ' +
  'put the old key in only while you change the key. ' +
  'If your price plan on GitHub has no required reviewers, ' +
  'leave this environment out: an owner then signs on their own computer'

export const protection = (branch: string): string =>
  `Branch protection: a change needs its plan from GitHub Actions on the newest ${branch}, an approval of ` +
  `its owners, and an approval after the last push. This replaces a protection that ${branch} already has. ` +
  'If you have one, leave this out: herdbook doctor shows what to add'

export const LEDGER = "The ledger's branch cannot be set back or deleted"

export const WORKFLOWS =
  'Workflows may open pull requests, and their tokens only read by default. ' +
  `The same switch on GitHub has one more effect: ${OPENED}`

export const LABELS_SETTING = 'The labels'

export const exampleChanged = (files: string) => ({
  message:
    'Herdbook does not replace its example in instance/, ' +
    `because you changed files there that are in no commit: ${files}.`,
  hint: 'Remove the files that you do not need, or commit these changes. Then run the command again.',
})

export const answers = (status: number): string => `it answers ${status}`
export const NO_JSON = 'its answer is not JSON'
export const ODD_SHAPE = 'its answer has an unknown form'
export const noAnswer = (seconds: number): string => `no answer in ${seconds} s`
export const anotherName = (url: string, name: string): string => `${url} says that its domain is ${name}`

export const FORM_NOTICE =
  '# Herdbook finds the answers by these labels: if you change a label, Herdbook does not find its answer.\n'

export const FORM_PUBLIC =
  `**This issue is public: everybody can read it, now and later.**
Some things must not be public: a name, a private message, a complaint about a member. Report them instead: ` +
  `in Mastodon, open the menu of the post or the profile and choose **Report**. Only the moderators read that.
`

export const CHOOSER = {
  name: 'Something that must not be public',
  about: 'In Mastodon, open the menu of the post or the profile and choose Report. Only the moderators read it.',
}

export const CODEOWNERS_HEAD =
  '# Who must approve a change before it is merged. ' +
  `The last line that fits a file counts. One approval is enough.
# Name people (@name) or teams (@organisation/team) who can write to this repository.
`
export const CODEOWNERS_OWNERS =
  '# The owners approve roles and moderators, policy, connections, ' +
  'access, settings and terms, and everything that runs here.'
export const CODEOWNERS_MODERATORS = '# Moderators approve blocks and rules.'

export const PULL_REQUEST =
  `<!--
What does this change, and why? One sentence is enough. ` +
  `Herdbook answers below what it does to the server, and whom it touches.
Everybody can read this. Put names, private messages and complaints about members into a report in Mastodon.
-->
`

export const DEPENDABOT =
  '# Opens pull requests for new versions of what the workflows use. ' +
  'Herdbook holds your keys: read what changed in it before you merge.'
