import { afterAll, describe } from 'vitest'
import { handOf } from '../../src/sandbox/hand.ts'
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts'
import { cycleCases } from './cases/cycle.ts'

for (const version of ['4.6.5', '4.4.22'] as const) {
  describe(`the cycle on the embedded Mastodon ${version}`, () => {
    let sandbox: Sandbox | undefined
    afterAll(() => sandbox?.close())
    cycleCases(async () => {
      sandbox = await startSandbox({ version })
      const { url, domain, directory, tokens } = sandbox
      return { url, domain, directory, token: tokens.apply, person: handOf(sandbox, 'owner') }
    })
  })
}
