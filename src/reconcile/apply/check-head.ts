import { EXIT, HerdbookError, worstExit, type Diagnostic, type ExitCode } from '../../instance/diagnostic.ts'
import type { Head, Repository, Upstream } from '../repository.ts'
import type { Ledger } from '../ledger/types.ts'
import type { Advice } from '../../instance/diagnostic.ts'
import {
  behind,
  diverged,
  notDescended,
  nothingCommitted,
  otherBranch,
  shallowClone,
  uncommitted as uncommittedFiles,
  unpushed,
} from './texts.ts'

interface Refusal {
  readonly exit: ExitCode
  readonly code: string
  readonly text: Advice
}

/** Refuses an apply whose HEAD is not the newest public commit. Answers HEAD; throws all refusals at once. */
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
    worstExit(refusals.map(({ exit }) => exit)),
    refusals.map(({ code, text }): Diagnostic => ({ code, severity: 'error', ...text })),
  )
}

function ofClone({ commit, shallow, uncommitted }: Head, { folder }: Repository): Refusal[] {
  if (commit === null) return [{ exit: EXIT.refused, code: 'nothing-committed', text: nothingCommitted(folder) }]
  const paths = list(uncommitted)
  return [
    ...(uncommitted.length === 0
      ? []
      : [{ exit: EXIT.refused, code: 'uncommitted', text: uncommittedFiles({ paths, folder }) }]),
    ...(shallow ? [{ exit: EXIT.refused, code: 'shallow-clone', text: shallowClone }] : []),
  ]
}

function list(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).map((path) => path.replace(/\p{C}/gu, '?'))
  return shown.join(', ') + (paths.length > shown.length ? ` and ${paths.length - shown.length} more` : '')
}

function ofUpstream({ branch }: Head, upstream: Upstream | null): Refusal[] {
  if (upstream === null || upstream.position === 'same') return []
  const { remote, branch: main, position } = upstream
  const of = { remote, main }
  if (branch !== null && branch !== main)
    return [{ exit: EXIT.refused, code: 'other-branch', text: otherBranch({ ...of, branch }) }]
  if (position === 'ahead') return [{ exit: EXIT.refused, code: 'unpushed', text: unpushed(of) }]
  return position === 'behind'
    ? [{ exit: EXIT.stale, code: 'behind', text: behind(of) }]
    : [{ exit: EXIT.stale, code: 'diverged', text: diverged(of) }]
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
  const isHere = (await repository.commit(applied)) !== null
  const text = notDescended({ applied: applied.slice(0, 12), isHere })
  return [{ exit: EXIT.stale, code: 'not-descended', text }]
}
