/**
 * The environments of GitHub that jobs run in, and the secrets that each holds, by name. The repository itself holds
 * none.
 * The one of the owners signs the ledger anew: its jobs wait until one of them lets them run.
 */
export const ENVIRONMENTS = {
  'herdbook-plan': ['HERDBOOK_READ_TOKEN', 'HERDBOOK_READER_KEY', 'HERDBOOK_LEDGER_KEY'],
  'herdbook-apply': [
    'HERDBOOK_TOKEN',
    'HERDBOOK_SSH_KEY',
    'HERDBOOK_READ_TOKEN',
    'HERDBOOK_READER_KEY',
    'HERDBOOK_LEDGER_KEY',
  ],
  'herdbook-owners': ['HERDBOOK_LEDGER_KEY', 'HERDBOOK_OLD_LEDGER_KEY'],
} as const satisfies { readonly [environment: string]: readonly string[] }

/** The one that waits for an owner. */
export const OWNERS_ENVIRONMENT = 'herdbook-owners'
