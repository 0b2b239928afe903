import { EXIT, HerdbookError, worstExit, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import type { Head, Repository, Upstream } from '../repository.ts'
import type { Ledger } from '../ledger/types.ts'

type Refusal = readonly [exit: ExitCode, code: string, message: string, hint: string]

/** Refuses an apply whose HEAD is not what everybody can see as the newest. Answers the commit to apply; throws with all that is in the way. */
export async function checkHead(
  repository: Repository,
  ledger: Pick<Ledger, 'applied' | 'taken'>,
  options: { readonly rewritten?: boolean } = {},
): Promise<string> {
  const [head, upstream] = await Promise.all([repository.head(), repository.upstream()])
  const { commit } = head
  const refusals = [
    ...ofClone(head, repository),
    ...ofUpstream(head, upstream),
    ...(await ofHistory(repository, head, pointersOf(ledger), options.rewritten ?? false)),
  ]
  if (commit !== null && refusals.length === 0) return commit
  throw new HerdbookError(
    worstExit(refusals.map(([exit]) => exit)),
    refusals.map(([, code, message, hint]): Diagnostic => ({ code, severity: 'error', message, hint })),
  )
}

function ofClone({ commit, shallow, uncommitted }: Head, { folder }: Repository): Refusal[] {
  // From the top of the tree: whoever types it may stand in a folder of it.
  const git = `git add :/${folder} && git commit`
  if (commit === null) return [[EXIT.refused, 'nothing-committed', 'Nothing is committed yet.', `Commit it: ${git}`]]
  const refusals: Refusal[] = []
  if (uncommitted.length > 0)
    refusals.push([
      EXIT.refused,
      'uncommitted',
      `Not committed: ${list(uncommitted)}.`,
      `Commit it: ${git}. Or look at it: git status :/${folder}`,
    ])
  if (shallow)
    refusals.push([
      EXIT.refused,
      'shallow-clone',
      'This clone is shallow: its history is cut off.',
      'Fetch the rest: git fetch --unshallow',
    ])
  return refusals
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map((path) => path.replace(/\p{C}/gu, '?'))
  return shown.join(', ') + (paths.length > shown.length ? ` and ${paths.length - shown.length} more` : '')
}

function ofUpstream({ branch }: Head, upstream: Upstream | null): Refusal[] {
  if (upstream === null || upstream.position === 'same') return []
  const { remote, branch: main, position } = upstream
  const there = `${remote}/${main}`
  if (branch !== null && branch !== main) {
    return [
      [
        EXIT.refused,
        'other-branch',
        `You are on ${branch}; what is applied is ${there}.`,
        `Merge it first, then: git switch ${main} && git pull --ff-only ${remote} ${main}`,
      ],
    ]
  }
  if (position === 'ahead')
    return [[EXIT.refused, 'unpushed', `HEAD is not on ${there} yet.`, `Push it: git push ${remote} HEAD:${main}`]]
  if (position === 'behind')
    return [[EXIT.stale, 'behind', `${there} has newer commits.`, `Take them: git pull --ff-only ${remote} ${main}`]]
  return [
    [
      EXIT.stale,
      'diverged',
      `HEAD and ${there} have gone different ways.`,
      `Bring them together, then push: git pull --rebase ${remote} ${main}`,
    ],
  ]
}

/** The commits that were applied last, of any kind. */
const pointersOf = ({ applied, taken }: Pick<Ledger, 'applied' | 'taken'>): string[] => [
  ...new Set([...(taken === null ? [] : [taken]), ...applied.values()]),
]

async function ofHistory(
  repository: Repository,
  { commit, shallow }: Head,
  pointers: readonly string[],
  rewritten: boolean,
): Promise<Refusal[]> {
  if (commit === null || shallow || rewritten) return []
  const known = await Promise.all(pointers.map((pointer) => repository.isAncestor(pointer, commit)))
  const applied = pointers.find((_, i) => known[i] === false)
  if (applied === undefined) return []
  const here = (await repository.commit(applied)) !== null
  return [
    [
      EXIT.stale,
      'not-descended',
      `HEAD does not descend from ${applied.slice(0, 12)}, the commit that was applied last: applying it could undo what came since.`,
      `${here ? `Bring it back: git merge ${applied.slice(0, 12)}. ` : ''}If the branch was rewritten on purpose: herdbook apply --history-rewritten, or on GitHub the button new-history`,
    ],
  ]
}
