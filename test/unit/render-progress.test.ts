import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { progress } from '../../src/render/progress.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const stream = (isTTY: boolean) => {
  const out: string[] = []
  return { out, isTTY, columns: 30, write: (text: string | Uint8Array) => out.push(String(text)) > 0 }
}

test('says nothing of what is done within a second', () => {
  const terminal = stream(true)
  const line = progress(terminal)
  line.start('Reading')
  line.step('rules')
  vi.advanceTimersByTime(999)
  line.done()
  vi.advanceTimersByTime(10_000)
  expect(terminal.out).toEqual([])
})

test('rewrites one line on a terminal, within its width, and takes it away', () => {
  const terminal = stream(true)
  const line = progress(terminal)
  line.start('Applying 3 steps')
  vi.advanceTimersByTime(1000)
  line.step('done: domain-block/a-long-name.example')
  line.step('\u001b[2Jevil')
  line.done()
  expect(terminal.out).toEqual(['\r\u001b[KApplying 3 steps …', '\r\u001b[KApplying 3 steps: done: doma…', '\r\u001b[KApplying 3 steps: \\u001b[2Je…', '\r\u001b[K'])
})

test('writes plain lines elsewhere', () => {
  const file = stream(false)
  const line = progress(file)
  line.start('Reading')
  vi.advanceTimersByTime(1000)
  line.step('rules')
  line.step('rules')
  line.done()
  expect(file.out).toEqual(['Reading …\n', 'Reading: rules\n'])
})
