import { LIVE } from '../support/hint-cases-live.ts'
import { followHints } from '../support/hints.ts'

followHints('what a plan, an apply and the connections say', LIVE)
