/** Why merging a pull request does not approve a step of its plan. */
export type NotApprovedReason = 'approved' | 'not-asked' | 'other-file' | 'unknown-account' | 'nobodys' | 'refused'
