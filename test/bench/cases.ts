import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { psqlLine } from '../../src/providers/mastodon/commands.ts'
import { CLI, DIST, newHerd, ROOT, shell, startServer, type Herd, type Server } from './herd.ts'
import { compare, median, node, probed, run, type Compared, type Job } from './measure.ts'

/** One figure: what it is, what it may be at most, and how it came about. */
export interface Figure {
  readonly name: string
  readonly figure: number
  readonly unit: '×' | 's' | 'MB' | ''
  /** Missing where it is only told. */
  readonly most?: number
  readonly how: string
}

const PAIRS = 5
const seconds = (value: number): string => `${value.toFixed(2)} s`
const ratio = (name: string, { a, b, ratio }: Compared, most: number, against: string): Figure => ({
  name,
  figure: ratio,
  unit: '×',
  most,
  how: `${seconds(a)} against ${seconds(b)}: ${against}`,
})

/** A script of Node's own, as somebody would write it without Herdbook. */
const script = (cwd: string, text: string, ...args: string[]): Job =>
  node(cwd, ['--input-type=module', '-e', text, '--', ...args])

export async function version(): Promise<Figure[]> {
  const seen = await compare([node(ROOT, [CLI, '--version'])], [node(ROOT, ['-e', '0'])], 15)
  return [ratio('--version', seen, 1.5, 'a bare start of Node')]
}

const PARSE =
  "import { readFileSync } from 'node:fs'; import { parse } from 'yaml'; " +
  "parse(readFileSync(process.argv[1], 'utf8'))"

export async function validate(): Promise<Figure[]> {
  const sizes = [10_000, 30_000, 100_000] as const
  const herds = sizes.map((size) => newHerd(null, size))
  const [small] = herds as [Herd, ...Herd[]]
  const seen = await compare([small.herdbook('validate')], [script(ROOT, PARSE, small.file)], PAIRS)
  const base = await run([probed(newHerd(null, 1).herdbook('validate'))])
  const each = await inTurn(herds, (herd) => run([probed(herd.herdbook('validate'))]))
  const peaks = each.map(({ peak }, i) => (peak - base.peak) / (sizes[i] ?? 1) / 1024)
  const cpu = each.map((took, i) => ((took.cpu - base.cpu) / (sizes[i] ?? 1)) * 1e6)
  return [
    ratio('validate, 10,000 blocks', seen, 2, 'a bare start of Node and `yaml` parsing the same file'),
    growth('validate, memory for each block', peaks, 'KiB', sizes),
    growth('validate, CPU for each block', cpu, 'µs', sizes),
  ]
}

async function inTurn<From, To>(all: readonly From[], work: (one: From) => Promise<To>): Promise<To[]> {
  const results: To[] = []
  for (const one of all) results.push(await work(one))
  return results
}

/** Linear is: for each block not much more in a long list than in a short one. */
const growth = (name: string, each: readonly number[], unit: string, sizes: readonly number[]): Figure => ({
  name: `${name}, ${short(sizes.at(-1))} to ${short(sizes[0])}`,
  figure: (each.at(-1) ?? Number.NaN) / (each[0] ?? Number.NaN),
  unit: '×',
  most: 1.5,
  how: each.map((one, i) => `${one.toFixed(1)} ${unit} at ${short(sizes[i])}`).join(', '),
})
const short = (size = 0): string => size.toLocaleString('en')

export async function plan(): Promise<Figure[]> {
  await using server = await startServer(10_000)
  const herd = await settled(server, 10_000)
  const before = herd.execs()
  await run([herd.herdbook('plan')])
  const execs = herd.execs() - before
  const asked = join(herd.dir, '.git/again')
  copyFileSync(herd.asked, asked)
  const line = psqlLine({ over: 'local', native: { psql: herd.psql } })
  const seen = await compare([herd.herdbook('plan')], [shell(herd.dir, line, asked), herd.herdbook('validate')], PAIRS)
  return [
    {
      name: 'plan, execs through the database connection',
      figure: execs,
      unit: '',
      most: 1,
      how: 'counted by the psql that was started',
    },
    ratio('plan, 10,000 blocks through the database connection', seen, 1.5, 'that bare exec and `validate`'),
    ...(await rest(server)),
    await engine(herd, line),
  ]
}

const PAGE = `
let rows = [], path = '?limit=500'
while (path) {
  const answer = await fetch(process.argv[1] + '/api/v1/admin/domain_blocks' + path, {
    headers: { authorization: 'Bearer ' + process.argv[2] },
  })
  const page = await answer.json()
  rows.push(...page)
  path = page.length < 500 ? '' : '?limit=500&max_id=' + page.at(-1).id
}
if (rows.length < 10000) throw new Error(String(rows.length))`

async function rest(server: Server): Promise<Figure[]> {
  const counting = await countRequests(server.url)
  await run([newHerd({ ...server, url: counting.url }, 10_000, 'rest').herdbook('plan')])
  const requests = counting.close()
  const herd = newHerd(server, 10_000, 'rest')
  const page = script(ROOT, PAGE, server.url, server.tokens['plan'] ?? '')
  const seen = await compare([herd.herdbook('plan')], [page, herd.herdbook('validate')], PAIRS)
  return [
    {
      name: 'plan, requests through REST',
      figure: requests,
      unit: '',
      most: 21 + 4,
      how: '21 pages of the list and a few that do not depend on its length, counted on the way to the server',
    },
    ratio('plan, 10,000 blocks through REST', seen, 1.3, 'paging the list with bare fetch, and `validate`'),
  ]
}

/** A way to a server that counts what goes through. */
async function countRequests(to: string): Promise<{ readonly url: string; readonly close: () => number }> {
  let requests = 0
  const proxy = createServer((incoming, outgoing) => {
    requests += 1
    const { method, headers, url = '/' } = incoming
    const onward = request(new URL(url, to), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const close = (): number => {
    proxy.close()
    proxy.closeAllConnections()
    return requests
  }
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close }
}

/** A herd that is in sync, its ledger written. */
async function settled(server: Server, blocks: number): Promise<Herd> {
  const herd = newHerd(server, blocks)
  await run([herd.herdbook('apply', '--yes')])
  return herd
}

async function engine(herd: Herd, line: string): Promise<Figure> {
  herd.write(10_001)
  await run([herd.herdbook('plan')], 2)
  const asked = join(herd.dir, '.git/again')
  copyFileSync(herd.asked, asked)
  const runs = Array.from({ length: 3 }, () => {
    const text = execFileSync(process.execPath, [join(import.meta.dirname, 'engine.ts'), DIST, asked, line], {
      cwd: herd.dir,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    })
    const { steps, parts } = JSON.parse(text) as { steps: number; parts: Record<string, number> }
    if (steps !== 1) throw new Error(`one block was changed, and the plan has ${steps} steps`)
    return { parts, sum: Object.values(parts).reduce((a, b) => a + b, 0) / 1000 }
  })
  const figure = median(runs.map(({ sum }) => sum))
  const shown = Object.entries(runs.find(({ sum }) => sum === figure)?.parts ?? {}).map(
    ([part, ms]) => `${part} ${ms.toFixed(0)} ms`,
  )
  return {
    name: "one block changed among 10,000, the engine's own time",
    figure,
    unit: 's',
    most: 0.5,
    how: `CPU beside reading the files, the server and Git: ${shown.join(', ')}`,
  }
}

export async function planMany(): Promise<Figure[]> {
  const base = await run([probed(newHerd(null, 1).herdbook('validate'))])
  const sizes = [25_000, 100_000] as const
  const each = await inTurn(sizes, async (size) => {
    await using server = await startServer(size)
    const herd = await settled(server, size)
    return await run([probed(herd.herdbook('plan'))])
  })
  const cpu = each.map((took, i) => ((took.cpu - base.cpu) / (sizes[i] ?? 1)) * 1e6)
  const [, last] = each
  return [
    growth('plan, CPU for each block', cpu, 'µs', sizes),
    {
      name: 'plan, 100,000 blocks, peak memory',
      figure: (last?.peak ?? Number.NaN) / 1e6,
      unit: 'MB',
      most: 1000,
      how: `${seconds(last?.wall ?? Number.NaN)}, ${seconds(last?.cpu ?? Number.NaN)} of CPU`,
    },
  ]
}

export async function applyMany(): Promise<Figure[]> {
  await using server = await startServer(0)
  const herd = newHerd(server, 10_000)
  const { wall, cpu } = await run([probed(herd.herdbook('apply', '--yes', '--first', 'to be measured'))])
  return [
    {
      name: 'apply, requests to write 10,000 new blocks',
      figure: herd.consoleWrites(),
      unit: '',
      most: 1,
      how: 'counted on the way into the console',
    },
    {
      name: 'apply, 10,000 new blocks, start to verified',
      figure: wall,
      unit: 's',
      how: `on the embedded Mastodon; ${seconds(cpu)} of CPU of our own`,
    },
  ]
}
