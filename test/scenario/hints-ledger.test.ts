import { LEDGER } from '../support/hint-cases-ledger.ts'
import { followHints } from '../support/hints.ts'

followHints('the ledger, the lock, and who was removed', LEDGER)
