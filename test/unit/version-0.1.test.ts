import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import schema from '../../schema/plan.schema.json' with { type: 'json' }
import { EXIT } from '../../src/instance/diagnostic.ts'
import { VERBS } from '../../src/verbs/index.ts'
import { call } from '../support/cli.ts'
import { scratch } from '../support/git.ts'
import { verbsWithOptions } from '../support/verb-cases.ts'
import names from './golden/615b2b0/names.json' with { type: 'json' }

const SRC = resolve(import.meta.dirname, '../../src')
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('sandbox/'))
  .map((name) => readFileSync(join(SRC, name), 'utf8'))

/** What of the plan's form has another name now; its keys are the same. */
const RENAMED: { readonly [definition: string]: string } = { standoff: 'difference' }

interface Definition {
  readonly description?: string
  readonly properties?: object
}

const keysOf = (name: string): string[] => {
  const definitions: { readonly [name: string]: Definition } = schema.$defs
  const definition: Definition = name === 'plan' ? schema : (definitions[RENAMED[name] ?? name] ?? {})
  return Object.keys(definition.properties ?? {})
}

describe('what version 0.1 called something goes on working', () => {
  it('verbs and options', async () => {
    const now = Map.groupBy(await verbsWithOptions(), ({ verb }) => verb)
    const lost = Object.entries(names.verbs)
      .filter(([verb]) => verb !== 'Exit codes')
      .flatMap(([verb, options]) => {
        const known = new Set(now.get(verb)?.flatMap((one) => one.options))
        return Object.hasOwn(VERBS, verb) ? options.filter((one) => one !== '--help' && !known.has(one)) : [verb]
      })
    expect(lost).toEqual([])
  })

  it.each(names.jobs)('the job %s', async (job) => {
    using dir = scratch()
    const { stderr } = await call(dir.path, ['github', job])
    expect(stderr).toContain('error ')
    expect(stderr).not.toContain('no-such-job')
    const isRenamed = ['ask', 'tick', 'press'].includes(job)
    expect(stderr.split('is called').length - 1).toBe(isRenamed ? 1 : 0)
  })

  it('exit codes', () => {
    expect(EXIT).toMatchObject(names.exits)
  })

  it.each(Object.entries(names.keys))('the keys of %s in JSON', (name, keys) => {
    expect(keysOf(name)).toEqual(expect.arrayContaining(keys))
  })

  it('codes of diagnostics', () => {
    expect(names.codes.filter((code) => !sources.some((text) => text.includes(`'${code}'`)))).toEqual([])
  })
})
