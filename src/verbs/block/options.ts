/** The optional parts of a block. */
export interface BlockOptions {
  readonly rejectMedia?: true
  readonly rejectReports?: true
  readonly obfuscate?: true
  readonly publicComment?: string
  readonly privateComment?: string
  readonly reportedIn?: string
  readonly until?: string
}
