import { LACKING } from '../init/texts.ts'

// What `herdbook doctor` says beside the name of what it checks. Each begins in small letters.

export const notShown = (why: string): string => `could not be seen: GitHub answers "${why}"`

export const PUBLIC_OR_PAID = 'Make the repository public, or choose a paid price plan (https://github.com/pricing)'
export const FREE_PLAN =
  `this repository is private, and for private repositories your price plan on GitHub has no ${LACKING}. ` +
  'Herdbook needs these settings'

// The default branch
export const waitsForCheck = (branch: string, check: string): string => `${branch} waits for the check ${check}`
export const noCheck = (branch: string, check: string): string =>
  `${branch} does not wait for the check ${check}: a change can be merged without a plan`
export const onlyActions = (check: string): string => `only GitHub Actions can report the check ${check}`
export const anySource = (check: string): string =>
  `other programs than GitHub Actions can report the check ${check}: it could be green without a plan`
export const upToDate = (branch: string): string => `a branch must be up to date with ${branch} before it is merged`
export const notUpToDate = (branch: string): string =>
  `a branch can be merged with a plan for an older ${branch}: two changes that are fine alone may not be together`
export const OWNERS_APPROVE = 'code owners must approve'
export const noOwners = (branch: string): string => `a change of ${branch} needs no approval by a code owner`
export const LAST_PUSH = 'a person other than the last one who pushed must approve'
export const oldApproval = (givesRoles: boolean): string =>
  'an approval still counts after a later push: ' +
  `what is merged may have no approval${givesRoles ? ', such as a role for the person who pushed' : ''}`
export const grows = (branch: string): string => `${branch} cannot be set back or deleted`
export const canBeSetBack = (branch: string): string =>
  `${branch} can be set back, and the ledger with it: used approvals would count again`

/** A rule that some people or programs pass by. */
export const passedBy = (says: string, names: string, rule: string): string => `${says}, but not for ${names} (${rule})`

// Secrets and environments
export const NO_LOOSE_SECRETS = 'only environments hold secrets of Herdbook, not the repository itself'
export const looseSecrets = (names: string): string =>
  'outside of the environments, ' +
  `the repository or its organisation holds ${names}: the workflow of any branch can read these secrets`
export const unknownSecret = (name: string): string => `instance.yaml uses ${name}, and the workflows do not pass it on`
export const knownSecrets = (names: string): string =>
  `In instance.yaml, give the secret one of these names instead: ${names}`
export const NO_NAME = 'a secret without a name in instance.yaml, which no environment of GitHub can hold'
export const plansWith = (name: string): string => `pull requests are planned with ${name}`
export const cannotPlan = (name: string): string =>
  `Herdbook cannot plan pull requests: a plan needs ${name}, and the environment herdbook-plan does not hold it`
export const addReading = (line: string): string => `Write in instance.yaml, beside the connection: ${line}`
export const NO_ENVIRONMENT = 'there is no environment of this name, so its jobs run without secrets'
export const onlyFor = (branch: string): string => `only ${branch} can use it`
export const NO_BRANCH = 'no branch at all'
export const ANY_BRANCH = 'a workflow on any branch can use it'
export const openTo = (branches: string): string => `it is open to ${branches}`
export const notOnly = (says: string, branch: string): string => `${says}, and not to ${branch} alone`
export const holdsForeign = (names: string): string => `holds ${names}, which its jobs must not have`
export const lacks = (names: string): string => `lacks ${names}, which instance.yaml uses`
export const holds = (names: string): string => `holds what instance.yaml uses: ${names}`
export const SIGN_AT_A_DESK = 'an owner signs the ledger again on their own computer only: herdbook ledger sign "why"'
export const noReviewer = `it has no reviewer and holds no key, so ${SIGN_AT_A_DESK}`
export const keyWithoutReviewer = (names: string): string =>
  `holds ${names}, and its jobs run without the approval of an owner`
export const OR_WITHOUT_REVIEWERS = 'or, if your price plan on GitHub has no required reviewers:'
export const strangersLet = (names: string): string =>
  `${names} can approve the jobs of this environment on GitHub, but policy.yaml does not name them as owners`
export const LETS_OWN = 'an owner can approve a run that they started themselves'
export const aloneAndNotOwn = (name: string): string =>
  `only ${name} can approve the jobs of this environment, but not a run that ${name} started`
export const waitsFor = (names: string): string =>
  `the jobs of this environment wait until one of these people approves the run on GitHub: ${names}`

// Workflows and files
export const NO_PULL_REQUESTS = 'may not open pull requests'
export const WRITES_ALL = 'may write to everything unless the workflow says otherwise'
export const workflowsFine = (opened: string): string => `may open pull requests, and only read by default; ${opened}`
export const noWorkflows = (branch: string): string => `${branch} has no workflows of Herdbook: nothing is applied`
export const BEGIN = 'herdbook init DOMAIN writes them; then commit .github/'
export const PINNED = 'all are pinned to a commit'
export const notPinned = (actions: string): string => `not pinned to a commit: ${actions}`
export const PIN =
  'Write the full commit after the @, as herdbook init does. Otherwise a person who can move a tag gets your keys.'
export const INACTIVE = 'GitHub stopped it after 60 days without activity'
export const SWITCHED_OFF = 'a person switched it off'
export const ALL_ON = 'no workflow of Herdbook is switched off'
export const off = (name: string, why: string): string => `${name} does not run: ${why}`
export const NO_CODEOWNERS = 'there is no CODEOWNERS: no file has an owner'
export const WRITE_CODEOWNERS = 'herdbook init DOMAIN writes one'
export const NOT_ENFORCED = 'not enforced: on your price plan, GitHub asks no code owners in a private repository'
export const FILES_FINE = 'workflows, issue forms, schemas and CODEOWNERS are of this version'
export const filesDue = (older: number, missing: number): string =>
  `workflows, issue forms, schemas, CODEOWNERS: ${[
    ...(older > 0 ? [`${older} older than this version`] : []),
    ...(missing > 0 ? [`${missing} missing`] : []),
  ].join(', ')}`

// People
export const NO_PEOPLE =
  'policy.yaml names no owners: nobody can approve by hand, allow the first apply, unlock, or sign the ledger again'
export const NAME_PEOPLE = 'Write in instance/policy.yaml: owners: [NAME, NAME], with their names on GitHub'
export const oneDecides = (name: string): string => `policy.yaml names one owner, who decides alone: ${name}`
export const eachDecides = (names: string): string => `each of these owners can decide: ${names}`
export const unknownPerson = (name: string): string =>
  `policy.yaml names @${name} as an owner, and GitHub knows no account of this name`
export const CORRECT_NAME = 'Correct this name in instance/policy.yaml, under owners'
export const cannotWrite = (name: string): string =>
  `@${name} is an owner in policy.yaml and cannot write to this repository, ` +
  'so they cannot press the buttons of Herdbook'
