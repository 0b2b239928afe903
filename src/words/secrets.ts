import type { Diagnostic } from '../instance/diagnostic.ts'
import { SECRET_CHANGED, uncomparedInWords } from '../reconcile/plan/secret-fields.ts'
import type { Plan } from '../reconcile/plan/types.ts'

/** The secrets that this run could not compare, in sentences; null where there are none. */
export const notCompared = ({ reads }: Pick<Plan, 'reads'>): string | null =>
  uncomparedInWords(reads.flatMap(({ uncompared = [] }) => uncompared))

/** Secrets for which the server has another value than the files mean. */
export const changedSecrets = ({ findings }: Pick<Plan, 'findings'>): Diagnostic[] =>
  findings.filter(({ code }) => code === SECRET_CHANGED)
