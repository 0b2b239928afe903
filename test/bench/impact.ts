import { deepStrictEqual } from 'node:assert'
import { roleSql } from '../../src/providers/mastodon/database/install.ts'
import { readerScript } from '../../src/providers/mastodon/scripts.ts'
import { schemaOf } from '../../src/sandbox/tables.ts'
import { countedImpact, herdSql, measuring, randomHerd } from '../support/impact.ts'
import type { Figure } from './cases.ts'
import { herdOf, naive, QUESTIONS, type Size } from './impact-data.ts'
import { median } from './measure.ts'
import { installed, startCluster, type Cluster } from './postgres.ts'

const FULL: Size = { accounts: 1_500_000, follows: 5_000_000 }
const PARTS = [1 / 8, 1 / 4, 1 / 2, 1]
/** Where nobody here has a server as large: read off the curve. */
const BEYOND: Size = { accounts: 10_000_000, follows: 50_000_000 }
const RUNS = 5
const SERVERS = 200

/** What measuring costs on a real PostgreSQL: PGlite's planner is no proof. */
export async function impact(): Promise<Figure[]> {
  const found = installed()
  if (found === null) {
    process.stdout.write('impact: not measured, there is no PostgreSQL here (on Debian: apt install postgresql)\n')
    return []
  }
  await using cluster = await startCluster(found)
  await proveAlike(cluster)
  await proveBounded(cluster)
  const curve: Curve[] = []
  for (const part of PARTS)
    curve.push(await timed(cluster, { accounts: FULL.accounts * part, follows: FULL.follows * part }))
  return figures(cluster, curve)
}

const answerOf = (text: string): { readonly tables: { readonly impact?: unknown }; readonly unknown: unknown } =>
  JSON.parse(text)
const wantedOf = (domains: readonly string[]) => domains.map((domain) => ({ domain, severity: 'suspend' as const }))

/** Random servers, each against a count one by one. */
async function proveAlike({ psql }: Cluster): Promise<void> {
  await psql('postgres', 'create database small')
  await psql('small', `${schemaOf('4.6.5')}${roleSql('herd.example')}`)
  const herds = Array.from({ length: SERVERS }, (_, seed) => randomHerd(seed))
  const answers = (
    await psql(
      'small',
      herds.map(({ known, measure }) => `${herdSql(known)}${measuring(readerScript(), measure)}`).join(''),
    )
  ).split('\n')
  for (const [seed, { known, measure }] of herds.entries())
    deepStrictEqual(
      answerOf(answers[seed] ?? '').tables.impact,
      countedImpact(known, measure),
      `the random server ${seed}`,
    )
}

const SLOW = `alter table follows rename to kept; create view follows as select * from kept
  where (select pg_sleep(60) is not null); grant select on follows to herdbook_reader;`

/** A real timeout and a real lock: what can't be read is told, and all else is answered. */
async function proveBounded({ psql }: Cluster): Promise<void> {
  const tables = ['domain_blocks', 'rules', 'settings', 'impact']
  const { measure } = randomHerd(1)
  await psql('small', SLOW)
  const slow = answerOf(await psql('small', measuring(readerScript(), measure, { tables, seconds: 1 })))
  deepStrictEqual(
    [Object.keys(slow.tables), slow.unknown],
    [['domain_blocks', 'rules', 'settings'], { impact: 'it could not be measured in 1 s' }],
  )
  await psql('small', 'drop view follows; alter table kept rename to follows;')
  const holding = psql(
    'small',
    'begin; lock table rules in access exclusive mode; ' +
      'update settings set value = value; select pg_sleep(20); rollback;',
  )
  await until(
    async () =>
      (await psql(
        'small',
        "select count(*) from pg_locks where relation = 'rules'::regclass and mode = 'AccessExclusiveLock' and granted",
      )) === '1',
  )
  const locked = answerOf(await psql('small', measuring(readerScript(), measure, { tables })))
  deepStrictEqual(
    [Object.keys(locked.tables), locked.unknown],
    [['domain_blocks', 'settings', 'impact'], { rules: 'somebody else has locked it for more than 5 s' }],
  )
  await psql(
    'small',
    `select pg_terminate_backend(pid) from pg_stat_activity
     where query like '%lock table rules%' and pid <> pg_backend_pid()`,
  )
  await holding.catch(() => undefined)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}

/** What one question took, in seconds: of the server's CPU beside what it is compared with, and by the clock. */
interface Answer {
  readonly cpu: number
  readonly base: number
  readonly ratio: number
  readonly wall: number
  readonly touched: string
}

interface Curve {
  readonly size: Size
  readonly answers: ReadonlyMap<string, Answer>
}

interface Took {
  readonly cpu: number
  readonly wall: number
}

const COUNT = 'set max_parallel_workers_per_gather = 0; select count(*) from follows;\n'
/**
 * The CPU that the session's own process has used, as Linux counts it: a hundredth of a second each, whatever else
 * wants the machine.
 */
const USED = `select 'used ' || split_part(stat, ' ', 14)::int + split_part(stat, ' ', 15)::int
   from pg_read_file('/proc/self/stat') as stat;\n`

async function clocked(psql: Cluster['psql'], sql: string): Promise<Took> {
  const from = performance.now()
  const used = [...(await psql('herd', `${USED}${sql}${USED}`)).matchAll(/^used (\d+)$/gm)].map(
    ([, ticks]) => Number(ticks) / 100,
  )
  return { cpu: (used.at(-1) ?? Number.NaN) - (used[0] ?? Number.NaN), wall: (performance.now() - from) / 1000 }
}

async function timed({ psql }: Cluster, size: Size): Promise<Curve> {
  await psql('postgres', 'create database herd')
  await psql('herd', herdOf(size))
  const hosts = (await psql('herd', 'select host from hosts order by i')).split('\n')
  const answers: [string, Answer][] = []
  for (const [name, domainsOf] of Object.entries(QUESTIONS)) {
    const domains = domainsOf((place) => hosts[place - 1] ?? '')
    const question = measuring(readerScript(), wantedOf(domains))
    const rows = answerOf(await psql('herd', question)).tables.impact
    deepStrictEqual(rows, JSON.parse(await psql('herd', naive(domains))), `${name} at ${size.accounts} accounts`)
    const pairs: { readonly a: Took; readonly b: Took }[] = []
    for (let run = 0; run < RUNS; run += 1)
      pairs.push({ a: await clocked(psql, question), b: await clocked(psql, COUNT) })
    const [cpu, base, wall] = [
      median(pairs.map(({ a }) => a.cpu)),
      median(pairs.map(({ b }) => b.cpu)),
      Math.min(...pairs.map(({ a }) => a.wall)),
    ]
    answers.push([
      name,
      { cpu, base, wall, ratio: median(pairs.map(({ a, b }) => a.cpu / b.cpu)), touched: touchedBy(rows) },
    ])
  }
  await psql('postgres', 'drop database herd')
  return { size, answers: new Map(answers) }
}

function touchedBy(rows: unknown): string {
  const list = rows as readonly { readonly accounts: number; readonly follows: number; readonly followers: number }[]
  const sum = (count: (row: (typeof list)[number]) => number): string =>
    list.reduce((total, row) => total + count(row), 0).toLocaleString('en')
  return (
    `${sum((row) => row.accounts)} accounts and ${sum((row) => row.follows + row.followers)} ` +
    `relations of ${list.length.toLocaleString('en')} domains`
  )
}

/** A straight line through points, by least squares: what it begins with, and what it rises by. */
function line(points: readonly (readonly [number, number])[]): { readonly start: number; readonly rise: number } {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))]
  const rise =
    points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) /
    points.reduce((sum, [at]) => sum + (at - x) ** 2, 0)
  return { start: y - rise * x, rise }
}

const millions = ({ accounts, follows }: Size): number => (accounts + follows) / 1e6
/** For the first three questions: less than 1.5 s where counting 5 million follows takes 0.3 s. */
const MOST = 4

function figures({ version }: Cluster, curve: readonly Curve[]): Figure[] {
  return Object.keys(QUESTIONS).flatMap((name, i): Figure[] => {
    const seen = curve.flatMap(({ size, answers }) =>
      ((answer) => (answer === undefined ? [] : [{ size, answer }]))(answers.get(name)),
    )
    const last = seen.at(-1)?.answer
    const { start, rise } = line(seen.map(({ size, answer }) => [millions(size), answer.cpu]))
    const each = seen.map(({ size, answer }) => `${answer.cpu.toFixed(2)} s at ${millions(size).toFixed(1)}`)
    return [
      {
        name: `impact, ${name}`,
        figure: last?.ratio ?? Number.NaN,
        unit: '×',
        ...(i < 3 ? { most: MOST } : {}),
        how:
          `CPU of PostgreSQL ${version}: ${last?.cpu.toFixed(2)} s against ${last?.base.toFixed(2)} ` +
          `s to count the follows (fastest by the clock: ${last?.wall.toFixed(2)} s); ${last?.touched}`,
      },
      {
        name: `impact, ${name}, ${millions(BEYOND)} million accounts and follows by the line`,
        figure: start + rise * millions(BEYOND),
        unit: 's',
        how: `${start.toFixed(2)} s and ${(rise * 1000).toFixed(0)} ms a million, by CPU; ${each.join(', ')} million`,
      },
    ]
  })
}
