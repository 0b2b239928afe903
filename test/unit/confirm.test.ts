import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { confirm } from '../../src/command-line/confirm.ts'
import type { Io } from '../../src/session/io.ts'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { EMPTY, step } from '../support/plans.ts'

/** A person at a terminal who types that and Enter; null where nobody is there. */
function person(typed: string | null): Io {
  const stdin = Object.assign(new PassThrough(), {
    fd: 0 as const,
    isTTY: typed !== null,
  }) as unknown as NodeJS.ReadStream
  const out = new PassThrough() as unknown as NodeJS.WriteStream
  stdin.push(`${typed ?? ''}\n`)
  return {
    cwd: '/',
    env: {},
    stdin,
    stdout: out,
    stderr: out,
    secrets: openSecrets({}),
    now: () => new Date(),
    signal: new AbortController().signal,
    exit: EXIT.ok,
  }
}

const HARMLESS = { ...EMPTY, steps: [step('rule', 'be-kind')] }
const GRAVE = { ...EMPTY, steps: [step('domain-block', 'bad.example', { hazard: 'irreversible' })] }

test.each([
  ['y', HARMLESS, null],
  ['YES', HARMLESS, null],
  ['no', HARMLESS, 'Answer y, or add --yes'],
  ['herd.example', GRAVE, null],
  [' Herd.Example ', GRAVE, null],
  ['yes', GRAVE, 'Type the domain, herd.example'],
  ['', GRAVE, 'Type the domain, herd.example'],
  [null, HARMLESS, 'Herdbook has no terminal on which it can ask you. Add --yes'],
  [null, GRAVE, 'Herdbook has no terminal on which it can ask you. Add --yes'],
] as const)('who types %j is told what the question takes', async (typed, plan, told) => {
  expect(await confirm(person(typed), plan)).toEqual(told === null ? null : expect.stringContaining(told))
})
