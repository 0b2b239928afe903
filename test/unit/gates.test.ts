import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { EXIT, fail, HerdbookError } from '../../src/instance/diagnostic.ts'
import type { Documents } from '../../src/instance/documents.ts'
import {
  converge,
  type ConvergeDeps,
  type ConvergeResult,
  type Lock,
  type ApplyRun,
} from '../../src/reconcile/apply/converge.ts'
import { GATES } from '../../src/reconcile/apply/gates.ts'
import { acquire, type HeldLock } from '../../src/reconcile/lock/lock.ts'
import type { Repository } from '../../src/reconcile/repository.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { exitCodes, gateTable } from '../support/docs.ts'
import { commit, newRepository, put, scratch } from '../support/git.ts'
import { NO_MISHAPS, openMemory } from '../support/memory.ts'
import { newServer } from '../support/memory-server.ts'
import { sealingWith } from '../support/sealing.ts'
import { engineRun, handed, look, newWorld, type LiveState } from '../support/world.ts'

const SECRET = 'ROPei7fcYdxyLSVsyEuBLkV3rrZV07Hn0QkSs_dxDpE'
const TOKEN = { env: 'TOKEN' } as const

/** A run that could be applied, before something is made of it that a gate refuses. */
interface Ready {
  /** null outside Git. */
  readonly git: { readonly dir: string; readonly repository: Repository } | null
  readonly world: LiveState
  documents: Documents
  deps: Partial<ConvergeDeps>
}

const block = (public_comment: string): Documents => ({
  'domain-blocks.yaml': { domain_blocks: [{ domain: 'spam.example', severity: 'limit', public_comment }] },
})

const lockOptions = (run: string) => ({ sealing: sealingWith(null), run, commit: null })

/** What a gate refuses, by the name of the gate. */
const REFUSED: { readonly [gate: string]: { readonly code: string; readonly make: (ready: Ready) => unknown } } = {
  head: { code: 'uncommitted', make: ({ git }) => git && put(git.dir, { 'instance/rules.yaml': 'rules: []\n' }) },
  lock: { code: 'locked', make: ({ git }) => git && acquire(git.repository, lockOptions('another')) },
  'saved plan': {
    code: 'stale-plan',
    make: async (ready) => {
      const { plan: saved } = await look(ready.world, block('What was saved'))
      ready.deps = { ...ready.deps, saved }
    },
  },
  pause: {
    code: 'paused',
    make: ({ world }) => {
      world.ledger = { ...world.ledger, paused: { by: 'alice', at: '2026-11-23T12:00:00Z', why: 'A holiday' } }
    },
  },
  guard: {
    code: 'budget',
    make: (ready) => {
      ready.documents = { ...ready.documents, 'policy.yaml': { budgets: { default: { create: 0 } } } }
    },
  },
  secrets: {
    code: 'secret-in-output',
    make: (ready) => {
      ready.documents = { ...ready.documents, ...block(SECRET) }
    },
  },
  'first apply': {
    code: 'first-apply',
    make: (ready) => {
      ready.deps = { ...ready.deps, first: undefined }
    },
  },
  age: {
    code: 'young-account',
    make: (ready) => {
      ready.deps = { ...ready.deps, checkAge: async () => fail(EXIT.refused, 'young-account', 'It is young.') }
    },
  },
  confirmation: {
    code: 'not-confirmed',
    make: (ready) => {
      ready.deps = { ...ready.deps, confirm: () => Promise.resolve({ hint: 'Say yes.' }) }
    },
  },
}

interface Ended {
  readonly writes: number
  readonly shown: readonly Plan[]
  /** null where the run went through. */
  readonly error: HerdbookError | null
  readonly converged: ConvergeResult | null
  /** Whether somebody else can take the lock now. */
  readonly isFree: () => Promise<boolean>
}

/**
 * A run of the engine on a server, after these gates were given something to refuse; in a repository and under its lock
 * where there is a folder for one.
 */
async function ended(
  base: string | null,
  gates: readonly string[],
  meanwhile: (ready: Ready) => unknown = () => {},
): Promise<Ended> {
  const secrets = openSecrets({ [TOKEN.env]: SECRET })
  await secrets.watch(TOKEN)
  const world = newWorld(newServer())
  const ready: Ready = { git: base === null ? null : await gitIn(base), world, documents: block('Spam'), deps: {} }
  const head = (await ready.git?.repository.head()) ?? null
  for (const gate of gates) await REFUSED[gate]?.make(ready)
  let writes = 0
  const memory = openMemory(world.server, { ...NO_MISHAPS, watch: () => void (writes += 1) })
  const shown: Plan[] = []
  const run: ApplyRun = { ...engineRun(world, memory), repository: ready.git?.repository ?? null, head }
  const deps: ConvergeDeps = {
    ...handed(world, ready.documents, memory),
    ...(ready.git === null ? {} : { lock: applyLock(ready.git.repository, () => meanwhile(ready)) }),
    watch: secrets.abortOnSecret,
    show: (plan) => void shown.push(plan),
    ...ready.deps,
  }
  const isFree = async () =>
    ready.git === null ||
    acquire(ready.git.repository, lockOptions('next')).then(
      (next) => next.release().then(() => true),
      () => false,
    )
  try {
    const converged = await converge(run, deps)
    return { error: null, converged, writes, shown, isFree }
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
    return { error, converged: null, writes, shown, isFree }
  }
}

async function gitIn(base: string): Promise<NonNullable<Ready['git']>> {
  const dir = newRepository(join(base, 'r'))
  return { dir, repository: (await openRepository(dir)) ?? expect.fail('outside Git') }
}

/** The real lock; as it is taken, something happens. */
function applyLock(repository: Repository, meanwhile: () => unknown): Lock {
  let held: HeldLock | null = null
  return {
    take: async () => {
      held = await acquire(repository, lockOptions('this'))
      await meanwhile()
    },
    holds: () => held?.isHeld() ?? false,
    nonce: () => held?.holder.nonce ?? '',
    release: async () => void (await held?.release()),
  }
}

const names = GATES.map(({ name }) => name)
const codesOf = ({ error }: Ended) => error?.diagnostics.map(({ code }) => code)

describe('the gates before an apply', () => {
  it('are each tried here', () => {
    expect(Object.keys(REFUSED)).toEqual(names)
  })

  it('let through what none of them has anything against', async () => {
    using base = scratch()
    const { converged, writes, isFree } = await ended(base.path, [])
    expect(converged).toMatchObject({ state: 'applied', report: { done: [{ id: 'spam.example' }], failed: [] } })
    expect([writes, await isFree()]).toEqual([1, true])
  })

  it.each(GATES)('refuse with what the list says: $name', async ({ name, exits, codes }) => {
    using base = scratch()
    const refused = await ended(base.path, [name])
    const code = REFUSED[name]?.code
    expect(codesOf(refused)).toEqual([code])
    expect(exits).toContain(refused.error?.exit)
    if (codes === 'of findings') expect(refused.shown[0]?.findings.map((finding) => finding.code)).toContain(code)
    else expect(codes).toContain(code)
    expect(refused.writes).toBe(0)
    expect(await refused.isFree()).toBe(name !== 'lock')
  })

  const pairs = names.flatMap((first, i) => names.slice(i + 1).map((second) => ({ first, second })))
  it.each(pairs)('refuse in order: $first before $second', async ({ first, second }) => {
    using base = scratch()
    const inGit = first === 'head' || first === 'lock'
    // A saved plan that is stale says first what else has become worse.
    expect(codesOf(await ended(inGit ? base.path : null, [first, second]))?.at(-1)).toBe(REFUSED[first]?.code)
  })

  it('look at HEAD again once it is our turn, and give the lock back', async () => {
    using base = scratch()
    const refused = await ended(base.path, [], ({ git }) => git && commit(git.dir, 'Merged meanwhile'))
    expect(codesOf(refused)).toEqual(['head-moved'])
    expect([refused.shown, await refused.isFree()]).toEqual([[], true])
  })

  it('have each code once, and exits that the reference explains', () => {
    const codes = GATES.flatMap((gate) => gate.codes)
    expect(codes.toSorted()).toEqual([...new Set(codes)].toSorted())
    expect(names).toEqual([...new Set(names)])
    const explained = exitCodes()
    for (const exit of GATES.flatMap(({ exits }) => exits)) expect(explained).toContain(`| ${exit} |`)
  })

  it('stand in the map of the house as they are', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../.github/CONTRIBUTING.md'), 'utf8')
    expect(page).toContain(gateTable())
  })
})
