export interface Environment {
  /** Names of the branches that may use it, `protected` for all protected ones, null for any. */
  branches: readonly string[] | 'protected' | null
  /** Names of the tags that may use it, too. */
  tags?: readonly string[]
  reviewers: readonly string[]
  preventSelfReview: boolean
  secrets: readonly string[]
  variables: readonly string[]
}

/** A rule of branch protection or of a ruleset. */
export interface Protection {
  /** Each with the id of the app that has to report it; null where anything may. */
  checks: readonly { readonly context: string; readonly app: number | null }[]
  /** Whether a branch has to be up to date before it is merged. */
  strict: boolean
  /** How many reviews must approve; null where none is asked for. */
  approvals: number | null
  codeOwners: boolean
  /** Whether somebody else than who pushed last has to approve. */
  lastPush: boolean
  /** Whether administrators are held to it too; for rulesets, that nobody is on its bypass list. */
  forEverybody: boolean
}

/** Rules without parameters, for the branches of a pattern such as `refs/heads/release/*`. */
export interface Rules extends Pick<Protection, 'forEverybody'> {
  include: string
  types: readonly string[]
}

/** What people set at the repository's settings pages. */
export interface Settings {
  protection: Protection | null
  rulesets: readonly ((Protection | Rules) & {
    readonly id: number
    readonly name: string
    readonly enforcement: 'active' | 'evaluate' | 'disabled'
  })[]
  environments: Readonly<Record<string, Environment>>
  secrets: readonly string[]
  /** Those that an organisation shares with the repository. */
  organizationSecrets: readonly string[]
  variables: readonly string[]
  /** "Allow GitHub Actions to create and approve pull requests". */
  actionsMayOpenPullRequests: boolean
  /** Workflows that are not active, by path. */
  workflowStates: Readonly<Record<string, 'disabled_inactivity' | 'disabled_manually'>>
  /** Whether a workflow's token may write to everything where the workflow does not say. */
  workflowsMayWrite: boolean
  /** null without a CODEOWNERS file. */
  codeownersErrors:
    | readonly { readonly line: number; readonly kind: string; readonly message: string; readonly path: string }[]
    | null
}
