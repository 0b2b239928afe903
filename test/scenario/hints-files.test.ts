import { FILES } from '../support/hint-cases-files.ts'
import { followHints } from '../support/hints.ts'

followHints('what is wrong with files, and how a repository begins', FILES)
