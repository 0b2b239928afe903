/** A move of a branch, and by whom; it stays when the branch is gone. */
export interface Activity {
  readonly id: number
  readonly actor: string
  readonly kind: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge' | 'merge_queue_merge'
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly at: string
}

/** Notes that GitHub signed a commit that is being made. */
export async function signed(state: { readonly signed: Set<string> }, making: Promise<string>): Promise<string> {
  const commit = await making
  state.signed.add(commit)
  return commit
}
