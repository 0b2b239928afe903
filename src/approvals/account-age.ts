import { parse } from 'yaml'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { accountId } from '../providers/mastodon/kinds/community/accounts.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import type { Session } from '../session/session.ts'

/** How far back the naming of an account is looked for. */
const COMMITS = 1_000

/**
 * Refuses to give a role, unasked, to an account that is younger than the commit that names it:
 * anybody could have registered that name since.
 */
export async function refuseYoung({ repository, head }: Session, plan: Plan): Promise<void> {
  const grants = plan.steps.filter(
    (step) => step.kind === 'moderator' && step.action !== 'delete' && step.createdAt !== undefined,
  )
  if (grants.length === 0 || !repository || head?.commit === null || head?.commit === undefined) return
  const path = `${repository.folder}/moderators.yaml`
  const commits = await repository.log(head.commit, { path, limit: COMMITS })
  const texts = await repository.texts(
    path,
    commits.map((commit) => commit.id),
  )
  const named = texts.map(accountsIn)
  const young = grants.filter((step) => isYoung(step, namedAt(step, commits, named)))
  if (young.length > 0) throw new HerdbookError(EXIT.refused, young.map(refusal))
}

/** Nobody knows since when it is named: then it may be too young. */
const isYoung = ({ createdAt = '' }: Step, named: string | undefined): boolean =>
  named === undefined || !(Date.parse(createdAt) <= Date.parse(named))

/** When the account was named, without a break since: the oldest commit of that run. */
function namedAt(
  step: Step,
  commits: readonly { readonly at: string }[],
  named: readonly ReadonlySet<string>[],
): string | undefined {
  const first = named.findIndex((accounts) => !accounts.has(step.id))
  return commits[(first < 0 ? commits.length : first) - 1]?.at
}

/** The accounts that a version of the file names; none where it can't be read. */
function accountsIn(text: string | null): Set<string> {
  const file = text === null ? null : parsed(text)
  const entries: unknown = typeof file === 'object' && file !== null && 'moderators' in file ? file.moderators : []
  return new Set(
    (Array.isArray(entries) ? entries : []).map((entry: unknown) =>
      typeof entry === 'object' && entry !== null && 'account' in entry ? accountId(String(entry.account)) : '',
    ),
  )
}

function parsed(text: string): unknown {
  try {
    return parse(text, { schema: 'core', maxAliasCount: 0, logLevel: 'error' })
  } catch {
    return null
  }
}

const refusal = (step: Step): Diagnostic => ({
  code: 'young-account',
  severity: 'error',
  about: `${step.kind}/${step.id}`,
  message: `@${step.id} was registered on ${step.createdAt?.slice(0, 10)}, after the files named it: it may be somebody else.`,
  hint: 'Ask the person, then apply without --yes and confirm.',
})
