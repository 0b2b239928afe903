import { WriteStream } from 'node:tty'
import { expect, test, vi } from 'vitest'
import { wantsColour } from '../../src/words/layout.ts'

test.each([
  ['a terminal', {}, true, true],
  ['a file', {}, false, false],
  ['a terminal with NO_COLOR', { NO_COLOR: '1' }, true, false],
  ['a file with FORCE_COLOR', { FORCE_COLOR: '1' }, false, true],
])('colours on %s', (_where, env, isTTY, wanted) => {
  const all = {
    CI: undefined,
    NO_COLOR: undefined,
    FORCE_COLOR: undefined,
    NODE_DISABLE_COLORS: undefined,
    TERM: 'xterm-256color',
    ...env,
  }
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value)
  const stream: WriteStream = Object.assign(Object.create(WriteStream.prototype), { isTTY })
  expect(wantsColour(stream)).toBe(wanted)
  vi.unstubAllEnvs()
})
