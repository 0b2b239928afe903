import { HerdbookError, type Diagnostic } from '../../instance/diagnostic.ts'
import { inWords } from '../pending-effects.ts'
import type { MayGo } from './may-go-on.ts'
import type { Intent } from '../ledger/types.ts'
import { isStopped, type ApplyDeps, type Progress } from './progress.ts'
import type { Finished, WriteSession } from '../provider.ts'

/** The ways in for writing of one run, each opened once. */
export interface Sessions {
  readonly of: (provider: string) => Promise<WriteSession>
  readonly close: () => Promise<void>
}

/** Opens nothing yet. */
export function openSessions({ open }: ApplyDeps): Sessions {
  const opened = new Map<string, Promise<WriteSession>>()
  return {
    of: (provider) => {
      const session = opened.get(provider) ?? open(provider)
      opened.set(provider, session)
      return session
    },
    close: async () => {
      // What did not open was told to whoever wrote through it.
      for (const session of [...opened.values()].toReversed())
        await session.then(
          (one) => one.close(),
          () => {},
        )
    },
  }
}

/** Finishes what runs that were broken off still owe. */
export async function pay(
  owed: readonly Intent[],
  sessions: Sessions,
  progress: Progress,
  deps: ApplyDeps,
  mayGo: MayGo,
): Promise<void> {
  const providers = new Map(deps.kinds.map(({ name, provider }) => [name, provider]))
  for (const [provider, own] of Map.groupBy(owed, ({ kind }) => providers.get(kind))) {
    if (provider === undefined || isStopped(deps) || !(await mayGo(provider, []))) continue
    const finished = await finishAt(provider, own, sessions)
    if (finished.state === 'done') progress.paid.push(...own)
    else progress.findings.push(owing(own, finished.reason))
  }
}

/** What broke is this provider's: the others are gone on with. */
async function finishAt(provider: string, owed: readonly Intent[], sessions: Sessions): Promise<Finished> {
  try {
    return await (await sessions.of(provider)).finish(owed)
  } catch (error) {
    return { state: 'failed', reason: reasonOf(error) }
  }
}

const owing = (owed: readonly Intent[], { message, hint }: Pick<Diagnostic, 'message' | 'hint'>): Diagnostic => ({
  code: 'still-owed',
  severity: 'error',
  message: `What a run that was broken off still owes (${inWords(owed)}) could not be finished: ${message}`,
  hint: hint ?? 'Run apply again.',
})

/** Why a connection broke. */
export function reasonOf(error: unknown): Diagnostic {
  const first = error instanceof HerdbookError ? error.diagnostics[0] : undefined
  if (first) return first
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'door-broke',
    severity: 'error',
    message: `The connection broke: ${message}`,
    hint: 'Run apply again: it reads first what became of this.',
  }
}
