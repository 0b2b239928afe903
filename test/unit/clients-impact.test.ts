import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { readerScript } from '../../src/providers/mastodon/scripts.ts'
import { TABLE_NAMES as TABLES } from '../support/rows.ts'
import { schemaOf } from '../../src/sandbox/tables.ts'
import { countedImpact, herdSql, measuring, randomHerd } from '../support/impact.ts'

describe('what a block touches', () => {
  const database = new PGlite()
  beforeAll(async () => {
    await database.exec(schemaOf('4.6.5'))
    await database.exec(roleSql('herd.example'))
  })
  afterAll(() => database.close())

  const answerTo = async (sql: string) => {
    const results = await database.exec(sql, { rowMode: 'array' })
    return JSON.parse(String(results.findLast(({ fields }) => fields.length > 0)?.rows[0]?.[0]))
  }

  test('is what counting one by one comes to, on any server', async () => {
    let rows = 0
    for (let seed = 1; seed <= 60; seed += 1) {
      const { known, measure } = randomHerd(seed)
      await database.exec(herdSql(known))
      const answer = await answerTo(measuring(readerScript(), measure))
      expect(answer, `of the server ${seed}`).toMatchObject({
        unknown: {},
        tables: { impact: countedImpact(known, measure) },
      })
      rows += answer.tables.impact.length
    }
    expect(rows).toBeGreaterThan(300)
  })

  /** Puts a view in a table's place, reading which fails as PostgreSQL does where it is waited for in vain. */
  const breaking = async (table: string, condition: string, work: () => Promise<void>) => {
    await database.exec(`create or replace function broken() returns boolean
      language plpgsql as $$ begin raise ${condition}; end $$;
      alter table ${table} rename to kept; create view ${table} as select * from kept where (select broken());
      grant select on ${table} to herdbook_reader`)
    try {
      await work()
    } finally {
      await database.exec(`rollback; drop view ${table}; alter table kept rename to ${table}`)
    }
  }
  const { known, measure } = randomHerd(7)
  const everything = { tables: TABLES, acting: 'owner' }
  const { impact: _, ...unmeasured } = Object.fromEntries(TABLES.map((name) => [name, expect.anything()]))

  test.each([
    [{}, 'it could not be measured in 60 s'],
    [{ seconds: 300 }, 'it could not be measured in 300 s'],
  ])('is told as unknown where it takes too long, and all else is answered (%o)', async (more, why) => {
    await breaking('follows', 'query_canceled', async () => {
      const answer = await answerTo(measuring(readerScript(), measure, { ...everything, ...more }))
      expect(answer).toMatchObject({ tables: unmeasured, unknown: { impact: why } })
      expect(Object.keys(answer.unknown)).toEqual(['impact'])
    })
  })

  test('is measured where another table takes too long, and so is told what was not reached', async () => {
    await database.exec(herdSql(known))
    await breaking('rules', 'query_canceled', async () => {
      const { tables, unknown } = await answerTo(measuring(readerScript(), measure, everything))
      const late = TABLES.slice(TABLES.indexOf('rules')).filter((name) => name !== 'impact')
      expect(unknown).toEqual(Object.fromEntries(late.map((name) => [name, 'it could not be read in 60 s'])))
      expect(tables.impact).toEqual(countedImpact(known, measure))
    })
  })

  test.each(['rules', 'follows'])('and everything else is answered where somebody has locked %s', async (table) => {
    await breaking(table, 'lock_not_available', async () => {
      const { unknown } = await answerTo(measuring(readerScript(), measure, everything))
      expect(unknown).toEqual({
        [table === 'follows' ? 'impact' : table]: 'somebody else has locked it for more than 5 s',
      })
    })
  })

  test('is measured with settings that the transaction has not kept', async () => {
    const settings = ['statement_timeout', 'lock_timeout', 'jit', 'enable_seqscan']
    const pairs = settings.map((name) => `'${name}', current_setting('${name}')`).join(', ')
    const shown = `select json_build_object(${pairs})::text;`
    const own = `set local statement_timeout = '7s'; set local enable_seqscan = on;`
    const sql = (script: string) => measuring(script, measure).replace(/commit;\n$/, `${shown} commit;`)
    const before = await answerTo(sql(own))
    expect(before).toMatchObject({ statement_timeout: '7s', lock_timeout: '0', enable_seqscan: 'on' })
    expect(await answerTo(sql(`${own}${readerScript()}`))).toEqual(before)
    await breaking('follows', 'query_canceled', async () =>
      expect(await answerTo(sql(`${own}${readerScript()}`))).toEqual(before),
    )
  })
})
