import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Person } from '../contract/cases/cycle.ts'

const PROGRAM = readFileSync(join(import.meta.dirname, 'hand.rb'))
const MARK = 'BY-HAND '

/** A person at the web interface of a real server, through Mastodon's own models in its console. */
export function livePerson(directory: string): Person & { readonly leave: () => void } {
  const child = spawn(join(directory, 'bin/rails'), ['runner', 'eval $stdin.read($stdin.gets.to_i)'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stdin.write(`${PROGRAM.length}\n`)
  child.stdin.write(PROGRAM)
  const act =
    (name: keyof Person) =>
    async (...given: readonly unknown[]): Promise<void> => {
      child.stdin.write(`${JSON.stringify([name, ...given])}\n`)
      const error = await answer(answers)
      if (error !== null) throw new Error(`${name} by hand: ${error}`)
    }
  return {
    blockDomain: act('blockDomain'),
    changeBlock: act('changeBlock'),
    liftBlock: act('liftBlock'),
    liftEmailBlock: act('liftEmailBlock'),
    blockIp: act('blockIp'),
    saveRole: act('saveRole'),
    giveRole: act('giveRole'),
    changeRule: act('changeRule'),
    changeAnnouncement: act('changeAnnouncement'),
    changeSetting: act('changeSetting'),
    signUp: act('signUp'),
    leave: () => child.stdin.end(),
  }
}

/** The next marked line; all else is noise. */
async function answer(lines: AsyncIterator<string>): Promise<string | null> {
  for (;;) {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('the console of the person at the web interface ended')
    if (value.startsWith(MARK)) return JSON.parse(value.slice(MARK.length)) as string | null
  }
}
