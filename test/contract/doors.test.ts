import { afterAll, describe } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { doorCases } from './cases/doors.ts'

for (const version of ['4.6.5', '4.4.22'] as const) {
  describe(`the doors of the embedded Mastodon ${version}`, () => {
    let sandbox: Sandbox | undefined
    afterAll(() => sandbox?.close())
    doorCases(async () => {
      sandbox = await startSandbox({ version })
      const { url, domain, directory, tokens } = sandbox
      return { url, domain, directory, token: tokens.apply }
    })
  })
}
