/** The environments of GitHub that jobs run in, and the secrets that each holds, by name. The repository itself holds none. */
export const ENVIRONMENTS = {
  'herdbook-plan': ['HERDBOOK_READ_TOKEN', 'HERDBOOK_READER_KEY', 'HERDBOOK_LEDGER_KEY'],
  'herdbook-apply': ['HERDBOOK_TOKEN', 'HERDBOOK_SSH_KEY', 'HERDBOOK_READ_TOKEN', 'HERDBOOK_READER_KEY', 'HERDBOOK_LEDGER_KEY'],
} as const satisfies { readonly [environment: string]: readonly string[] }
