import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { Plan, Step } from '../reconcile/types.ts'
import type { Session } from './session.ts'

/** How far back the naming of an account is looked for. */
const COMMITS = 200

/**
 * Refuses to give a role, unasked, to an account that is younger than the commit that names it:
 * anybody could have registered that name since.
 */
export async function refuseYoung({ repository, head }: Session, plan: Plan): Promise<void> {
  const grants = plan.steps.filter((step) => step.kind === 'moderator' && step.action !== 'delete' && step.createdAt !== undefined)
  if (grants.length === 0 || !repository || head?.commit === null || head?.commit === undefined) return
  const file = 'instance/moderators.yaml'
  const commits = await repository.log(head.commit, { path: file, limit: COMMITS })
  const texts = await repository.texts(`${repository.prefix}${file}`, commits.map((commit) => commit.id))
  const young = grants.filter((step) => Date.parse(step.createdAt ?? '') > Date.parse(namedAt(step, commits, texts) ?? ''))
  if (young.length > 0) throw new HerdbookError(EXIT.refused, young.map(refusal))
}

/** When the account was named, without a break since: the oldest commit of that run. */
function namedAt(step: Step, commits: readonly { readonly at: string }[], texts: readonly (string | null)[]): string | undefined {
  const names = new RegExp(`account:\\s*["']?@?${step.id.replace(/[^a-z0-9_]/gi, '\\$&')}\\b`, 'i')
  const first = texts.findIndex((text) => text === null || !names.test(text))
  return commits[(first < 0 ? commits.length : first) - 1]?.at
}

const refusal = (step: Step): Diagnostic => ({
  code: 'young-account',
  severity: 'error',
  message: `@${step.id} was registered on ${step.createdAt?.slice(0, 10)}, after the files named it: it may be somebody else.`,
  hint: 'Ask the person, then apply without --yes and confirm.',
})
