/** The follow relations between members here and accounts of another server. */
export interface Relations {
  /** Follows of members here. */
  readonly follows: number
  readonly followers: number
  /** Accounts of the other server that are known here. */
  readonly accounts: number
  /** Members who have such a relation, each once; not there where nobody can tell. */
  readonly members?: number
}
