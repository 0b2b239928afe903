import { GIT } from '../support/hint-cases-git.ts'
import { followHints } from '../support/hints.ts'

followHints('what Git has to be told', GIT)
