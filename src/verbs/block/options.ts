/** What else a block may say. */
export interface BlockOptions {
  readonly rejectMedia?: true
  readonly rejectReports?: true
  readonly obfuscate?: true
  readonly publicComment?: string
  readonly privateComment?: string
  readonly reportedIn?: string
  readonly until?: string
}
