import { parse } from 'yaml'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { isRecord, own } from '../instance/get-own.ts'
import type { ListShape } from '../instance/edit/shapes.ts'
import { KINDS } from '../providers/kinds.ts'
import type { Plan, Step } from '../reconcile/plan/types.ts'
import type { Repository } from '../reconcile/repository.ts'
import type { Session } from '../session/session.ts'
import { youngAccount } from './texts.ts'

/** In how many commits Herdbook looks for the one that first names an account. */
const MAX_COMMITS = 1_000

/**
 * Refuses (exit 5) to give a role to an account younger than the commit that names it: anyone could have registered it.
 */
export async function refuseYoung({ repository, head }: Session, plan: Plan): Promise<void> {
  if (!repository || head?.commit === null || head?.commit === undefined) return
  const young: Step[] = []
  for (const { name, ofAccounts, shape } of KINDS) {
    const grants = plan.steps.filter(
      ({ kind, action, createdAt }) => kind === name && action !== 'delete' && createdAt !== undefined,
    )
    if (ofAccounts && shape.form === 'list' && grants.length > 0)
      young.push(...(await youngIn(grants, shape, repository, head.commit)))
  }
  if (young.length > 0) throw new HerdbookError(EXIT.refused, young.map(refusal))
}

async function youngIn(
  grants: readonly Step[],
  shape: ListShape,
  repository: Repository,
  head: string,
): Promise<readonly Step[]> {
  const path = `${repository.folder}/${shape.file}`
  const commits = await repository.log(head, { path, limit: MAX_COMMITS })
  const texts = await repository.texts(
    path,
    commits.map((commit) => commit.id),
  )
  const named = texts.map((text) => accountsIn(text, shape))
  return grants.filter((step) => isYoung(step, namedAt(step, commits, named)))
}

/** If it is unknown since when the files name it, the account may be too young. */
const isYoung = ({ createdAt = '' }: Step, named: string | undefined): boolean =>
  named === undefined || !(Date.parse(createdAt) <= Date.parse(named))

/** Since when the files name the account without a break: the date of the oldest such commit. */
function namedAt(
  step: Step,
  commits: readonly { readonly at: string }[],
  named: readonly ReadonlySet<string>[],
): string | undefined {
  const first = named.findIndex((accounts) => !accounts.has(step.id))
  return commits[(first < 0 ? commits.length : first) - 1]?.at
}

/** Finds the accounts that a version of the file names; none if it cannot be read. */
function accountsIn(text: string | null, { list, name, normal }: ListShape): Set<string> {
  const file = text === null ? null : parsed(text)
  const entries: unknown = isRecord(file) ? own(file, list) : []
  return new Set(
    (Array.isArray(entries) ? entries : []).map((entry: unknown) =>
      isRecord(entry) && Object.hasOwn(entry, name) ? normal(String(entry[name])) : '',
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
  ...youngAccount({ account: step.id, registered: step.createdAt?.slice(0, 10) ?? '' }),
})
