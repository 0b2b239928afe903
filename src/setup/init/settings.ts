import * as texts from './texts.ts'
import { ACCEPT_LABEL, ASK_LABEL } from '../../forges/issue-forms.ts'
import { refsOf } from '../../reconcile/repository.ts'
import { contextOf } from '../../forges/check-name.ts'
import { ENVIRONMENTS, OWNERS_ENVIRONMENT } from '../environment-names.ts'

/** What labels mean, by name, with a colour. GitHub makes none by itself when a form asks for it. */
export const LABELS: { readonly [name: string]: readonly [colour: string, description: string] } = {
  [ASK_LABEL]: ['c5def5', texts.LABELS.asked],
  [ACCEPT_LABEL]: ['0e8a16', texts.LABELS.accepted],
  'herdbook: plan': ['fbca04', texts.LABELS.plan],
  'herdbook: drift': ['d4c5f9', texts.LABELS.drift],
  'herdbook: failure': ['d73a4a', texts.LABELS.failure],
}

/** The app of GitHub's that workflows report as. A check without a source may be reported by whoever may write. */
export const GITHUB_ACTIONS = 15368

/**
 * Rules of a branch: nothing is merged without the plan and without its code owners, and nobody is the last to approve
 * their own push.
 */
const protectionBy = (context: string) => ({
  required_status_checks: { strict: true, checks: [{ context, app_id: GITHUB_ACTIONS }] },
  enforce_admins: true,
  required_pull_request_reviews: {
    required_approving_review_count: 1,
    require_code_owner_reviews: true,
    require_last_push_approval: true,
    dismiss_stale_reviews: true,
  },
  restrictions: null,
  allow_force_pushes: false,
  allow_deletions: false,
})

/** The name of the branch that follows the ledger. */
export const ledgerBranch = (environment: string): string => refsOf(environment).branch.replace('refs/heads/', '')

/** A ledger that is set back brings back approvals that were used. GitHub protects branches alone. */
const growing = (branch: string) => ({
  name: `${branch} only grows`,
  target: 'branch',
  enforcement: 'active',
  conditions: { ref_name: { include: [`refs/heads/${branch}`], exclude: [] } },
  rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
})

/** One thing to set, and the commands that set it. */
export interface Setting {
  readonly what: string
  readonly commands: readonly string[]
}

/** What settings are for. */
interface About {
  /** As `owner/name`. */
  readonly repository: string
  readonly branch: string
  /** The one that instance.yaml names. */
  readonly environment: string
  /** Who policy.yaml names as owners. */
  readonly owners: readonly string[]
}

/** What of it a private repository on GitHub's free plan can have. */
export const ANYWHERE: readonly string[] = ['workflows', 'labels']

const sent = (repository: string, method: string, path: string, body?: string): string =>
  `gh api --method ${method} repos/${repository}/${path}${body === undefined ? '' : ` --input - <<< ${body}`}`

/** A command for bash that sends something to GitHub's API about a repository. */
export const ghApi = (repository: string, method: string, path: string, body?: object): string =>
  sent(repository, method, path, body && quoted(JSON.stringify(body)))

/** Where GitHub's API has the protection of a branch. */
export const protectionPath = (branch: string): string =>
  'branches/' +
  `${encodeURIComponent(branch).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}/protection`

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** GitHub takes so many reviewers of an environment. */
const MOST_REVIEWERS = 6
const ONE_BRANCH = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } }

/**
 * The body of the owners' environment, as an argument of bash: reviewers go by ids, which are looked up as it runs.
 * Whoever is alone lets run what they started.
 */
function reviewed(owners: readonly string[]): string {
  const marker = (name: string): string => `id of ${name}`
  const named = owners.slice(0, MOST_REVIEWERS)
  const body = {
    ...ONE_BRANCH,
    prevent_self_review: named.length > 1,
    reviewers: named.map((name) => ({ type: 'User', id: marker(name) })),
  }
  return named.reduce(
    (text, name) => text.replace(`"${marker(name)}"`, () => `'"$(gh api users/${name} --jq .id)"'`),
    quoted(JSON.stringify(body)),
  )
}

/**
 * What has to be set once in a repository on GitHub, for people to run with `gh` in bash. Herdbook never runs it;
 * `herdbook doctor` looks whether it was done.
 */
export function settingsOf({ repository, branch, environment, owners }: About) {
  const api = (method: string, path: string, body: object): string => ghApi(repository, method, path, body)
  const forBranch = (name: string): string =>
    api('POST', `environments/${name}/deployment-branch-policies`, { name: branch, type: 'branch' })
  const secret = (name: string, one: string): string => `gh secret set ${one} --repo ${repository} --env ${name}`
  const { [OWNERS_ENVIRONMENT]: ofOwners, ...others } = ENVIRONMENTS
  return {
    environments: {
      what: texts.environments(branch),
      commands: Object.keys(others).flatMap((name) => [
        api('PUT', `environments/${name}`, ONE_BRANCH),
        forBranch(name),
      ]),
    },
    secrets: {
      what: texts.SECRETS,
      commands: Object.entries(others).flatMap(([name, secrets]) => secrets.map((one) => secret(name, one))),
    },
    owners:
      owners.length === 0
        ? {
            what: texts.OWNERS_UNKNOWN,
            commands: [],
          }
        : {
            what: texts.OWNERS,
            commands: [
              sent(repository, 'PUT', `environments/${OWNERS_ENVIRONMENT}`, reviewed(owners)),
              forBranch(OWNERS_ENVIRONMENT),
              ...ofOwners.map((one) => secret(OWNERS_ENVIRONMENT, one)),
            ],
          },
    protection: {
      what: texts.protection(branch),
      commands: [api('PUT', protectionPath(branch), protectionBy(contextOf(environment)))],
    },
    ledger: {
      what: texts.LEDGER,
      commands: [api('POST', 'rulesets', growing(ledgerBranch(environment)))],
    },
    workflows: {
      what: texts.WORKFLOWS,
      commands: [
        api('PUT', 'actions/permissions/workflow', {
          default_workflow_permissions: 'read',
          can_approve_pull_request_reviews: true,
        }),
      ],
    },
    labels: {
      what: texts.LABELS_SETTING,
      commands: Object.entries(LABELS).map(
        ([name, [colour, description]]) =>
          `gh label create '${name}' --repo ${repository} --color ${colour} --description '${description}' --force`,
      ),
    },
  } as const satisfies { readonly [part: string]: Setting }
}
