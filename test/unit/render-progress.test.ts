import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { progress } from '../../src/terminal/progress.ts'

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
  expect(terminal.out).toEqual([
    '\r\u001b[KApplying 3 steps …',
    '\r\u001b[KApplying 3 steps: done: doma…',
    '\r\u001b[KApplying 3 steps: \\u001b[2Je…',
    '\r\u001b[K',
  ])
})

test('writes plain lines elsewhere, one a second however fast it goes', () => {
  const file = stream(false)
  const line = progress(file)
  line.start('Applying')
  vi.advanceTimersByTime(1000)
  for (let step = 1; step <= 10_000; step += 1) {
    line.step(`step ${step}`)
    vi.advanceTimersByTime(1)
  }
  line.done()
  expect(file.out).toEqual([
    'Applying …\n',
    ...Array.from({ length: 9 }, (_, second) => `Applying: step ${(second + 1) * 1000 + 1}\n`),
  ])
})

test('tells nothing twice', () => {
  const file = stream(false)
  const line = progress(file)
  line.start('Reading')
  for (let times = 0; times < 3; times += 1) {
    vi.advanceTimersByTime(1000)
    line.step('rules')
  }
  line.done()
  expect(file.out).toEqual(['Reading …\n', 'Reading: rules\n'])
})
