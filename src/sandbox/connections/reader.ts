import { readFile } from 'node:fs/promises'
import type { Database } from '../database.ts'
import { readAll, type Process } from './control.ts'

const ROLE = 'herdbook_reader'

/**
 * What the forced command of a reading key runs: the script that was installed, for the request on its input, and
 * nothing else.
 */
export async function reader(database: Database, script: string, process: Process): Promise<number> {
  const sql = await readFile(script, 'utf8').catch(() => null)
  if (sql === null) {
    process.err('herdbook-reader: there is no script; run `herdbook reader install`\n')
    return 1
  }
  const request = (await readAll(process.input)).trim().replaceAll("'", "''")
  try {
    const results = await database.script(
      'begin transaction isolation level repeatable read read only; ' +
        `set local herdbook.request = '${request}'; ${sql}; commit`,
      ROLE,
    )
    process.out(`${results.findLast((result) => result.fields.length > 0)?.rows[0]?.[0] ?? ''}\n`)
    return 0
  } catch (error) {
    process.err(`ERROR:  ${error instanceof Error ? error.message : String(error)}\n`)
    return 3
  }
}
