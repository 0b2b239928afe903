import { HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { inWords } from '../pending-effects.ts'
import type { MaySend } from './may-go-on.ts'
import type { Intent } from '../ledger/types.ts'
import { isStopped, type ApplyDeps, type StepProgress } from './progress.ts'
import type { FinishResult, WriteSession } from '../provider.ts'
import { connectionBroke, stillPending } from './texts.ts'

/** The write sessions of one run, each opened once. */
export interface Sessions {
  readonly of: (provider: string) => Promise<WriteSession>
  readonly close: () => Promise<void>
}

/** Makes the sessions of a run. Each opens when it is first asked for. */
export function openSessions({ open }: ApplyDeps): Sessions {
  const opened = new Map<string, Promise<WriteSession>>()
  return {
    of: (provider) => {
      const session = opened.get(provider) ?? open(provider)
      opened.set(provider, session)
      return session
    },
    close: async () => {
      // The steps that needed a session which did not open have failed with the reason.
      for (const session of [...opened.values()].toReversed())
        await session.then(
          (one) => one.close(),
          () => {},
        )
    },
  }
}

/** Finishes the pending work of interrupted runs. */
export async function finishPending(
  pending: readonly Intent[],
  sessions: Sessions,
  progress: StepProgress,
  deps: ApplyDeps,
  mayGo: MaySend,
): Promise<void> {
  const providers = new Map(deps.kinds.map(({ name, provider }) => [name, provider]))
  for (const [provider, own] of Map.groupBy(pending, ({ kind }) => providers.get(kind))) {
    if (provider === undefined || isStopped(deps) || !(await mayGo(provider, []))) continue
    const finished = await finishAt(provider, own, sessions)
    if (finished.state === 'done') progress.paid.push(...own)
    else progress.findings.push(unfinishedWork(own, finished.reason))
  }
}

/** Finishes the pending work at one provider. A failure concerns this provider alone. */
async function finishAt(provider: string, pending: readonly Intent[], sessions: Sessions): Promise<FinishResult> {
  try {
    return await (await sessions.of(provider)).finish(pending)
  } catch (error) {
    return { state: 'failed', reason: reasonOf(error) }
  }
}

const unfinishedWork = (
  pending: readonly Intent[],
  { message, hint }: Pick<Diagnostic, 'message' | 'hint'>,
): Diagnostic => ({
  code: 'still-owed',
  severity: 'error',
  ...stillPending({ work: inWords(pending), reason: message, hint }),
})

/** Why a connection broke. */
export function reasonOf(error: unknown): Diagnostic {
  const first = error instanceof HerdbookError ? error.diagnostics[0] : undefined
  if (first) return first
  const reason = error instanceof Error ? error.message : String(error)
  return { code: 'door-broke', severity: 'error', ...connectionBroke(reason) }
}
