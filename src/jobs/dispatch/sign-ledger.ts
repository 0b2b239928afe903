import { fence } from '../../comments/markdown.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { inNameOf, type Job } from '../../session/job.ts'
import { OWNERS_ENVIRONMENT } from '../../setup/environment-names.ts'
import { signNow } from '../../verbs/ledger.ts'
import { DIGEST, reasonOf, type ButtonPress } from './button.ts'
import { NOT_THE_DIGITS, unreviewedEnvironment } from './texts.ts'

/** Shows what signing the ledger would do. A second press with the digits that it showed signs it. */
export async function signLedger(job: Job, press: ButtonPress): Promise<string> {
  const why = reasonOf(press)
  await refuseUnreviewed(job)
  if (press.object !== '' && !DIGEST.test(press.object))
    fail(EXIT.invalid, 'no-digest', NOT_THE_DIGITS.message, { hint: NOT_THE_DIGITS.hint })
  const signing = press.object === '' ? { show: true as const } : { confirm: press.object }
  return fence((await signNow(inNameOf(job.io, press.by), why, signing)).split('\n'), '')
}

/** Refuses (exit 5) if the job runs in an Environment without reviewers. */
async function refuseUnreviewed({ forge }: Job): Promise<void> {
  const environment = await forge.environmentReviewers(OWNERS_ENVIRONMENT)
  if (environment !== null && environment.reviewers.length > 0) return
  const { message, hint } = unreviewedEnvironment({ environment: OWNERS_ENVIRONMENT })
  fail(EXIT.refused, 'desk-only', message, { hint })
}
