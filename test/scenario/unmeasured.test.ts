import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, pasture, planOf, setConfig, type Herd, type Pasture } from '../support/sandbox.ts'

let field: Pasture
let herd: Herd
beforeAll(async () => {
  field = await pasture()
  herd = await field.herd()
})
afterAll(async () => field[Symbol.asyncDispose]())

/** From here on whoever counts follows waits until PostgreSQL has enough of it. */
const SLOW = `
  create function slow() returns boolean language plpgsql as $$ begin raise query_canceled; end $$;
  alter table follows rename to kept; create view follows as select * from kept where (select slow());
  grant select on follows to public`
const QUICK = 'drop view follows; drop function slow; alter table kept rename to follows'

const files = (consent: string) => ({
  'domain-blocks.yaml': `domain_blocks:\n  - domain: bad.example\n    severity: suspend\n${consent}`,
  'email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: throwaway.example\n',
})
const live = () =>
  field.sandbox.query(
    `select domain from domain_blocks where domain = 'bad.example' union all
     select domain from email_domain_blocks where domain = 'throwaway.example'`,
  )

describe('a suspension whose impact takes too long to measure', () => {
  it('needs a consent in the file, is counted again before the write, and keeps the rest readable', async () => {
    setConfig(herd, {
      mastodon: {
        console: { over: 'local', native: { directory: field.sandbox.directory } },
        database: { over: 'local', native: { psql: field.sandbox.database } },
      },
    })
    for (const sql of SLOW.split(/;\s*(?=alter|create view|grant)/)) await field.sandbox.query(sql)
    herd.write(files(''), 'Suspend')
    const plan = await planOf(herd, 5)
    expect(plan.reads.filter(({ complete }) => !complete)).toEqual([])
    expect(plan.steps.map(({ id }) => id).sort()).toEqual(['bad.example', 'throwaway.example'])
    const [finding, ...others] = plan.findings.filter(({ code }) => code === 'impact-unmeasured')
    expect(finding).toMatchObject({
      severity: 'error',
      about: 'domain-block/bad.example',
      message: expect.stringContaining('could not be measured in 60 s'),
      hint: expect.stringContaining('accept_severed_relationships: NUMBER'),
    })
    expect(others).toEqual([])

    herd.write(files('    accept_severed_relationships: 1000\n'), 'Consent')
    const told = await must(herd, ['plan'], 2)
    expect(told.out).toMatch(/could not be measured in 60 s\)\. The file accepts 1000\. Herdbook counts again/)
    const refused = await must(herd, ['apply', '--yes'], 8)
    expect(refused.out).toMatch(/bad\.example[^]*could not be measured in 300 s/)
    expect(await live()).toEqual([{ domain: 'throwaway.example' }])

    for (const sql of QUICK.split('; ')) await field.sandbox.query(sql)
    await must(herd, ['apply', '--yes'])
    expect(await live()).toEqual([{ domain: 'bad.example' }, { domain: 'throwaway.example' }])
  })
})
