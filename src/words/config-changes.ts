/** A key of `policy.yaml` that a merge changes: its values as JSON, null if it has none. */
export interface PolicyEdit {
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

/** What a pull request changes besides the plan's steps. */
export interface ConfigChanges {
  /** Connections and disclosure, in words and without their values: not used before the merge. */
  readonly notUsed: readonly string[]
  /** The policy: this plan uses it already, and after the merge every apply does. */
  readonly inForce: readonly PolicyEdit[]
  /** Paths that run here or control what runs here, such as workflows and CODEOWNERS. */
  readonly runs: readonly string[]
  /** Paths outside the instance that Herdbook neither reads nor runs. */
  readonly others: readonly string[]
}

export const NO_EDITS: ConfigChanges = { notUsed: [], inForce: [], runs: [], others: [] }

/** Whether a person must look at what a pull request changes besides the plan. */
export const needsLook = ({ notUsed, inForce, runs }: ConfigChanges): boolean =>
  notUsed.length + inForce.length + runs.length > 0

export const hasEdits = (edits: ConfigChanges): boolean => needsLook(edits) || edits.others.length > 0
