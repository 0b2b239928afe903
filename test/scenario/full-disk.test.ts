import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ran } from '../support/cli.ts'
import { git } from '../support/git.ts'
import { must, pasture, planOf, type Herd, type Pasture } from '../support/sandbox.ts'
import { smallDisk, type SmallDisk } from '../support/small-disk.ts'

const disk = smallDisk()
let field: Pasture
beforeAll(async () => {
  field = await pasture()
})
afterAll(async () => {
  await field[Symbol.asyncDispose]()
  disk?.[Symbol.dispose]()
})

/** One line of what was said, however it was folded. */
const said = ({ out }: Ran): string => out.replaceAll(/\s+/g, ' ')

/** Everything that a folder holds, by name. */
const contents = (dir: string): { readonly [name: string]: string } =>
  Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), 'utf8')]))

/**
 * A way in which files can't become larger: on any machine a limit on their size, and a disk that is full where one can
 * be mounted.
 */
interface Fullness {
  readonly name: string
  readonly on?: string
  readonly says: string
  /** Runs a verb while there is no room. */
  readonly cramped: (herd: Herd, args: readonly string[]) => Promise<Ran>
}
const limit: Fullness = {
  name: 'files that may not grow',
  says: 'it would become larger than this machine allows.',
  // Half a kilobyte: all that a verb writes here is longer, so that its beginning fits.
  cramped: (herd, args) => herd.start(args, { under: ['sh', '-c', 'ulimit -f 1; exec "$0" "$@"'] }).ran,
}
const onDisk = ({ path, fill, clear }: SmallDisk): Fullness => ({
  name: 'a full disk',
  on: join(path, 'verbs'),
  says: 'its disk is full.',
  cramped: async (herd, args) => {
    fill()
    const ran = await herd.run(args)
    clear()
    return ran
  },
})

describe.each([limit, ...(disk ? [onDisk(disk)] : [])])(
  'a verb that writes files, with $name',
  ({ on, says, cramped }) => {
    let herd: Herd
    beforeAll(async () => {
      herd = await field.herd(on === undefined ? {} : { on })
      await field.sandbox.query(
        `insert into domain_blocks (domain, severity, created_at, updated_at)
         select 'by-hand-' || n || '.example', 0, now(), now() from generate_series(1, 12) n`,
      )
    })
    afterAll(() => field.sandbox.query("delete from domain_blocks where domain like 'by-hand-%'"))

    it.each([
      ['adopt', ['adopt'], 'domain-blocks.yaml'],
      [
        'block',
        ['block', 'fresh.example', '--severity', 'limit', '--public-comment', 'x'.repeat(600)],
        'domain-blocks.yaml',
      ],
    ])('%s leaves them as they were, says which and why, and does it when there is room', async (_, args, file) => {
      const folder = join(herd.dir, 'instance')
      const before = contents(folder)
      const ran = await cramped(herd, args)
      expect(ran.code, ran.out).toBe(9)
      expect(said(ran)).toContain(`instance/${file}: ${says} → Solve this problem, then run the command again.`)
      expect(contents(folder)).toEqual(before)
      await must(herd, args)
      expect(contents(folder)[file]).not.toBe(before[file])
      await must(herd, ['validate'])
    })

    it('plan --out leaves no plan, or the one that was there', async () => {
      const out = join(herd.dir, 'plan.json')
      const ran = await cramped(herd, ['plan', '--out', 'plan.json'])
      expect(ran.code, ran.out).toBe(9)
      expect(said(ran)).toContain(`${out}: ${says}`)
      expect(existsSync(out)).toBe(false)
      await must(herd, ['plan', '--out', 'plan.json'], 2)
      const whole = readFileSync(out, 'utf8')
      herd.write({}, 'Another commit, so another plan')
      expect((await cramped(herd, ['plan', '--out', 'plan.json'])).code).toBe(9)
      expect(readFileSync(out, 'utf8')).toBe(whole)
      expect(readdirSync(herd.dir).filter((name) => name.includes('plan'))).toEqual(['plan.json'])
    })
  },
)

/** The two disks that an apply writes to. */
const PLACES = (disk === null ? [] : [disk]).flatMap((small) => [
  {
    under: 'the clone',
    name: 'clone',
    remote: false,
    says: /that this clone is on is full\. Make room there/,
    ...small,
  },
  {
    under: 'the repository that it pushes to',
    name: 'pushed',
    remote: true,
    says: /of the repository that this clone pushes to is full\. Make room there/,
    ...small,
  },
])

describe.each(PLACES)('apply, with a full disk under $under', ({ name, path, remote, says, filling, fill, clear }) => {
  let herd: Herd
  let folder: string
  let turn = 0
  beforeAll(async () => {
    const on = remote ? join(field.sandbox.directory, name) : join(path, name)
    folder = remote ? join(path, name) : join(on, '.git')
    if (remote) mkdirSync(folder)
    if (remote) symlinkSync(folder, `${on}.git`)
    herd = await field.herd({ on, remote })
  })
  afterAll(() => field.sandbox.query(`delete from domain_blocks where domain like '%.${name}.example'`))

  const audit = async (): Promise<number> =>
    Number(Object.values((await herd.rows('select count(*) as n from admin_action_logs'))[0] ?? {})[0])
  const entry = (domain: string, comment: string): string =>
    `  - domain: ${domain}\n    severity: none\n    public_comment: ${comment}\n`
  const live = () =>
    herd.rows(`select domain, public_comment from domain_blocks where domain like '%.${name}.example' order by domain`)

  /** Lets the disk become full as soon as Git has set the nth of our refs; 0: before anything. */
  function fillAfter(nth: number): void {
    const [hook, count] = [join(folder, 'hooks/reference-transaction'), join(field.sandbox.directory, `${name}-${nth}`)]
    mkdirSync(join(folder, 'hooks'), { recursive: true })
    writeFileSync(count, '')
    writeFileSync(
      hook,
      `#!/bin/sh\n[ "$1" = committed ] && grep -q ' refs/herdbook/' || exit 0\necho . >> '${count}'\n` +
        `if [ "$(wc -l < '${count}')" -eq ${nth} ]; then ${filling}; fi\nexit 0\n`,
    )
    chmodSync(hook, 0o755)
    if (nth === 0) fill()
  }

  it(
    'at each moment: it says so and what to do, and once there is room, running again ends the job',
    { timeout: 180_000 },
    async () => {
      const told: boolean[] = []
      for (let nth = 0; told.length === 0 || told.at(-1); nth += 1) {
        turn += 1
        herd.write({
          'domain-blocks.yaml':
            'domain_blocks:\n' +
            `${entry(`same.${name}.example`, `round-${turn}`)}${entry(`new${turn}.${name}.example`, 'new')}`,
        })
        const before = await audit()
        fillAfter(nth)
        const ran = await herd.run(['apply', '--yes'])
        told.push(ran.code !== 0)
        if (ran.code !== 0) expect(said(ran), `after ${nth}`).toMatch(says)
        if (ran.code !== 0 && (await audit()) > before)
          expect(said(ran)).toMatch(
            /changes done.* Done \d.*Herdbook made the changes, but could not write them into the ledger/,
          )
        clear()
        fillAfter(-1)
        git(folder, 'fsck', '--strict', '--no-dangling')
        await must(herd, ['apply', '--yes'])
        expect(await live()).toEqual([
          { domain: `new${turn}.${name}.example`, public_comment: 'new' },
          { domain: `same.${name}.example`, public_comment: `round-${turn}` },
        ])
        expect((await audit()) - before, `after ${nth}`).toBe(turn === 1 ? 2 : 3)
        expect((await planOf(herd, 0)).adjustments).toEqual([])
        expect(git(folder, 'for-each-ref', '--format=%(refname)', 'refs/herdbook')).toBe(
          'refs/herdbook/production/ledger',
        )
      }
      // Before anything, before the attempts were written down, and before what was done was.
      expect(told.length).toBeGreaterThan(3)
    },
  )
})
