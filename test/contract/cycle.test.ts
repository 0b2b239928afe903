import { afterAll, describe } from 'vitest'
import { forkSandbox, type SandboxClient } from '../support/sandbox-client.ts'
import { cycleCases } from './cases/cycle.ts'

for (const version of ['4.6.5', '4.4.22'] as const) {
  describe(`the cycle on the embedded Mastodon ${version}`, () => {
    let sandbox: SandboxClient | undefined
    afterAll(() => sandbox?.close())
    cycleCases(async () => {
      sandbox = await forkSandbox({ version })
      const { url, domain, directory, tokens } = sandbox
      return { url, domain, directory, token: tokens.apply, person: sandbox.handOf('owner') }
    })
  })
}
