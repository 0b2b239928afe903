import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pasture, type Pasture } from '../support/sandbox.ts'

const NOTE = 'the complaint came from hazel'

describe('the log of a pipeline, which everybody may read', () => {
  let field: Pasture
  beforeAll(async () => {
    field = await pasture()
  })
  afterAll(() => field[Symbol.asyncDispose]())

  test.each(['plan --json', 'drift --json', 'plan', 'apply --json --yes'])(
    '%s holds no live private comment',
    async (line) => {
      const args = line.split(' ')
      const herd = await field.herd({ begin: 'live' })
      herd.write({
        'domain-blocks.yaml':
          'domain_blocks:\n  - domain: quiet.example\n    severity: none\n    private_comment: first\n',
      })
      await herd.run(['apply', '--yes'])
      await herd.rows(`update domain_blocks set private_comment = '${NOTE}' where domain = 'quiet.example'`)
      const shown = await herd.run(args)
      const logged = await herd.run(args, { env: { CI: 'true' } })
      if (args.includes('plan')) expect(shown.stdout).toContain(NOTE)
      expect(logged.stdout + logged.stderr).not.toContain(NOTE)
      await herd.rows(`delete from domain_blocks where domain = 'quiet.example'`)
    },
  )
})
