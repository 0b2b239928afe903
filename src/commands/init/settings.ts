import { ACCEPT_LABEL, ASK_LABEL } from '../../instance/forms.ts'
import { refsOf } from '../../reconcile/repository.ts'
import { contextOf } from '../github/context.ts'
import { ENVIRONMENTS } from './environments.ts'

/** What labels mean, by name, with a colour. GitHub makes none by itself when a form asks for it. */
export const LABELS: { readonly [name: string]: readonly [colour: string, description: string] } = {
  [ASK_LABEL]: ['c5def5', 'Somebody asks with a form'],
  [ACCEPT_LABEL]: ['0e8a16', 'Make it a pull request'],
  'herdbook: plan': ['fbca04', 'Plan this commit on the live server'],
  'herdbook: drift': ['d4c5f9', 'Changed by hand'],
  'herdbook: failure': ['d73a4a', 'The last run failed'],
}

/** Rules of a branch: nothing is merged without the plan and without its code owners, and nobody is the last to approve their own push. */
const protectionBy = (context: string) => ({
  required_status_checks: { strict: false, contexts: [context] },
  enforce_admins: true,
  required_pull_request_reviews: { required_approving_review_count: 1, require_code_owner_reviews: true, require_last_push_approval: true, dismiss_stale_reviews: true },
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

/** What settings are for: `repository` as `owner/name`, and the environment that instance.yaml names. */
interface About {
  readonly repository: string
  readonly branch: string
  readonly environment: string
}

/** What has to be set once in a repository on GitHub, for people to run with `gh`. Herdbook never runs it; `herdbook doctor` looks whether it was done. */
export function settingsOf({ repository, branch, environment }: About) {
  const api = (method: string, path: string, body: object): string => `gh api --method ${method} repos/${repository}/${path} --input - <<< '${JSON.stringify(body)}'`
  const environments = Object.keys(ENVIRONMENTS)
  return {
    environments: { what: `Two environments, which the branch ${branch} alone may use`, commands: environments.flatMap((name) => [api('PUT', `environments/${name}`, { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } }), api('POST', `environments/${name}/deployment-branch-policies`, { name: branch, type: 'branch' })]) },
    secrets: { what: 'Their secrets, those of the doors that you have; the repository itself holds none', commands: Object.entries(ENVIRONMENTS).flatMap(([name, secrets]) => secrets.map((secret) => `gh secret set ${secret} --repo ${repository} --env ${name}`)) },
    protection: { what: `Nothing reaches ${branch} without its plan and its owners, and nobody approves what they pushed last`, commands: [api('PUT', `branches/${branch}/protection`, protectionBy(contextOf(environment)))] },
    ledger: { what: 'The branch that follows the ledger only grows: nobody sets both back', commands: [api('POST', 'rulesets', growing(ledgerBranch(environment)))] },
    workflows: { what: 'Workflows may open pull requests, and their tokens may read by default', commands: [api('PUT', 'actions/permissions/workflow', { default_workflow_permissions: 'read', can_approve_pull_request_reviews: true })] },
    labels: { what: 'The labels', commands: Object.entries(LABELS).map(([name, [colour, description]]) => `gh label create '${name}' --repo ${repository} --color ${colour} --description '${description}' --force`) },
  } as const satisfies { readonly [part: string]: Setting }
}
