/** A key of `policy.yaml` that a merge changes: its values as JSON, null where it has none. */
export interface PolicyEdit {
  readonly key: string
  readonly before: string | null
  readonly after: string | null
}

/** What a proposal changes of that which Herdbook itself goes by. No step of a plan shows it. */
export interface Edits {
  /** Connections and disclosure, in words and without their values: not used before they are merged. */
  readonly notUsed: readonly string[]
  /** The policy: its own plan is judged by it already, and after the merge every apply is. */
  readonly inForce: readonly PolicyEdit[]
  /** Paths of what runs here or is obeyed here, such as what GitHub runs, or by which it asks for reviews. */
  readonly runs: readonly string[]
  /** Paths outside the instance that nothing here runs or reads. */
  readonly others: readonly string[]
}

export const NO_EDITS: Edits = { notUsed: [], inForce: [], runs: [], others: [] }

/** Whether somebody has to look at what a proposal changes besides the plan. */
export const needsLook = ({ notUsed, inForce, runs }: Edits): boolean =>
  notUsed.length + inForce.length + runs.length > 0

export const hasEdits = (edits: Edits): boolean => needsLook(edits) || edits.others.length > 0
