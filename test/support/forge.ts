import type { Forge } from '../../src/forges/forge.ts'
import { openForge } from '../../src/forges/github/github.ts'
import { HerdbookError, type Diagnostic } from '../../src/instance/diagnostic.ts'
import { withFaults, type Strike } from '../testkit/fault.ts'
import type { GitHub, GitHubOptions } from '../testkit/github/index.ts'
import { git } from './git.ts'
import { github } from './github.ts'

export const PEOPLE = { alice: 'admin', mo: 'write' } as const
export const ALL = { contents: 'write', issues: 'write', pull_requests: 'write', statuses: 'write' } as const

export interface Bench extends AsyncDisposable {
  readonly hub: Awaited<ReturnType<typeof github>>
  readonly forge: Forge
  readonly waits: { readonly seconds: number; readonly reason: string }[]
  readonly seen: readonly string[]
}

/** A stand-in behind something that lets requests go wrong, and a forge through it. */
export async function bench(
  schedule: readonly Strike[] = [],
  options: GitHubOptions = {},
  permissions: Parameters<GitHub['workflowToken']>[0] = ALL,
): Promise<Bench> {
  const hub = await github({ people: PEOPLE, ...options })
  const faulty = await withFaults(hub, schedule)
  const waits: { readonly seconds: number; readonly reason: string }[] = []
  const forge = await openForge({
    api: faulty.url,
    repository: hub.repository,
    token: hub.workflowToken(permissions),
    onWait: (wait) => waits.push(wait),
  })
  return {
    hub,
    forge,
    waits,
    seen: faulty.seen,
    [Symbol.asyncDispose]: async () => {
      await faulty.close()
      await hub[Symbol.asyncDispose]()
    },
  }
}

/** The diagnostic that an action fails with. */
export async function diagnosticOf(action: Promise<unknown>): Promise<Diagnostic & { readonly exit: number }> {
  const error = await action.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof HerdbookError)) throw new Error('no diagnostic', { cause: error })
  const [first] = error.diagnostics
  if (!first) throw new Error('an error without a diagnostic')
  return { ...first, exit: error.exit }
}

export const proposalFor = (hub: GitHub): Parameters<Forge['propose']>[0] => ({
  branch: 'herdbook/issue-1',
  base: { branch: 'main', commit: git(hub.git, 'rev-parse', 'main') },
  files: new Map([['a.yaml', 'a: 1\n']]),
  message: 'A',
  title: 'A',
  body: 'a',
})
