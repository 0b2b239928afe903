import { LONG } from '../support/hint-cases-long.ts'
import { followHints } from '../support/hints.ts'

followHints('what is long, and what can not be taken over', LONG)
