import { BY_HAND } from '../support/hint-cases-by-hand.ts'
import { followHints } from '../support/hints.ts'

followHints('what somebody added or changed by hand', BY_HAND)
