import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as Yaml from '../../src/instance/yaml/parse.ts'
import type { GitHubEvent } from '../testkit/github/index.ts'
import { directly, farm, type Farm } from '../support/github-instance.ts'
import { put } from '../support/git.ts'

// How often instance.yaml is read, from wherever: all that reads it parses it, and does so really.

const parsed: string[] = []
vi.mock('../../src/instance/yaml/parse.ts', async (original) => {
  const real = await original<typeof Yaml>()
  return {
    ...real,
    parseYaml: (...args: Parameters<typeof real.parseYaml>) => {
      parsed.push(args[0])
      return real.parseYaml(...args)
    },
  }
})
const reads = (): number => parsed.filter((file) => file === 'instance.yaml').length

const BLOCKS = 'instance/domain-blocks.yaml'

let herd: Farm
beforeAll(async () => {
  herd = await farm()
})
afterAll(async () => herd[Symbol.asyncDispose]())
beforeEach(() => void (parsed.length = 0))

/** Runs a job on the last event of a name, and answers how it ended. */
async function job(name: string, event: GitHubEvent['name']): Promise<string> {
  const happened = herd.events.findLast((one) => one.name === event)
  if (happened === undefined) throw new Error(`no ${event} has happened`)
  herd.events.length = 0
  parsed.length = 0
  const as = event === 'pull_request' ? 'pull_request_target' : event
  return directly(herd, name, { ...happened, name: as }, { HERDBOOK_TOKEN: herd.sandbox.tokens.apply })
}

async function pull(branch: string, fork = false): Promise<number> {
  const by = fork ? 'stan' : 'mo'
  const files = { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: ${branch}.example\n    severity: limit\n` }
  await herd.hub.act.push({ by, branch, fork, files })
  return herd.hub.act.openPull({ by, branch, fork, title: 'Block' })
}

const issue = (): string =>
  [...herd.hub.state.issues.values()].findLast(({ labels }) => labels.includes('herdbook: drift'))?.body ?? ''

describe('a verb reads instance.yaml once', () => {
  it.each(['plan', 'drift', 'status', 'validate'])('%s', async (verb) => {
    herd.desk()
    await herd.herdbook([verb])
    expect(reads()).toBe(1)
  })

  it('that applies the commit, once', async () => {
    herd.desk()
    await herd.herdbook(['apply', '--yes'])
    expect(reads()).toBe(1)
  })

  it('that applies a commit with another instance.yaml beside it, both: secrets of either are watched', async () => {
    const desk = herd.desk()
    put(desk, { 'instance/instance.yaml': `${herd.file('instance/instance.yaml')}\n# a note\n` })
    await herd.herdbook(['apply', '--yes'], 5)
    expect(reads()).toBe(2)
  })
})

describe('a job reads instance.yaml once a tree', () => {
  it('plan: of the base and of the merge', async () => {
    await pull('one')
    expect(await job('plan', 'pull_request')).toMatch(/^0: /)
    expect(reads()).toBe(2)
  })

  it('check, of a fork: of the base and of the merge', async () => {
    await pull('two', true)
    expect(await job('check', 'pull_request')).toMatch(/^0: /)
    expect(reads()).toBe(2)
  })

  it('replan: of the base, and of the merge of what is planned', async () => {
    await herd.hub.act.schedule('17 3 * * *')
    expect(await job('replan', 'schedule')).toMatch(/^0: /)
    expect(reads()).toBe(2)
  })

  it('drift: of the branch', async () => {
    await herd.sandbox.handOf('owner').blockDomain('byhand.example', { severity: 'silence' })
    await herd.hub.act.schedule('47 2 * * *')
    expect(await job('drift', 'schedule')).toMatch(/^0: /)
    expect(issue()).toContain('byhand.example')
    expect(reads()).toBe(1)
  })

  it('apply: of what was merged, with the issue of the night brought up to date', async () => {
    const files = { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: three.example\n    severity: limit\n` }
    await herd.hub.act.push({ by: 'ann', branch: 'main', files })
    herd.desk()
    await herd.herdbook(['approve', 'three', '--yes'])
    await herd.sandbox.handOf('owner').blockDomain('later.example', { severity: 'silence' })
    expect(await job('apply', 'push')).toMatch(/^0: /)
    expect(issue()).toContain('later.example')
    expect(reads()).toBe(1)
  })
})
