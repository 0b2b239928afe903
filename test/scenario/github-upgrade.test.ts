import { expect, it } from 'vitest'
import { openRepository } from '../../src/git/repository.ts'
import { seal, sha256, stepDigest } from '../../src/reconcile/digest.ts'
import { parseMarks } from '../../src/reconcile/approval-marks.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { commentOn, farm, LEDGER_KEY, type Farm } from '../support/github-instance.ts'
import { git } from '../support/git.ts'
import { ran } from '../support/runner.ts'
import { sealingWith } from '../support/sealing.ts'

// Version 1, written here once more and by its own words: the golden files hold that it was so.

const KEY = Buffer.from(LEDGER_KEY)
const LEDGER = 'refs/herdbook/production/ledger'
const BRANCH = 'refs/heads/herdbook-ledger/production'
const BLOCKS = 'instance/domain-blocks.yaml'

/** Writes the ledger of now as version 1 would have, as if nothing newer had ever been. */
async function writeAsVersion1({ desk, hub }: Farm): Promise<void> {
  const repository = await openRepository(desk())
  const now = await repository?.read(LEDGER)
  if (!repository || !now) throw new Error('no ledger')
  const meta = JSON.parse(now.files.get('meta.json') ?? '') as {
    readonly at: string
    readonly began: string
    readonly taken: string
    readonly environment: string
  }
  const files = new Map([...now.files].filter(([name]) => name !== 'digest' && name !== 'merges.jsonl'))
  files.set('approvals.jsonl', (files.get('approvals.jsonl') ?? '').replaceAll('"form":2,', ''))
  files.set(
    'meta.json',
    `${JSON.stringify({
      applied: meta.taken,
      at: meta.at,
      began: meta.began,
      environment: meta.environment,
      version: 1,
    })}\n`,
  )
  const [subject, trailers] = ['Apply 1 step', { Run: '1' }]
  const digest = seal(
    'ledger',
    {
      environment: 'production',
      files: Object.fromEntries([...files].map(([name, text]) => [name, sha256(text)])),
      parents: [],
      subject,
      trailers,
    },
    KEY,
  )
  files.set('digest', `${digest}\n`)
  git(desk(), 'update-ref', '-d', 'refs/herdbook-seen/production')
  const seen = await repository.seen('production')
  expect(seen).toBeNull()
  git(hub.git, 'update-ref', '-d', BRANCH)
  const written = await repository.write(LEDGER, now.id, { files, subject, trailers, parents: [] })
  if (written.state !== 'written') throw new Error('the ledger moved')
  git(hub.git, 'update-ref', BRANCH, written.commit)
}

/** The comment of a pull request, as version 1 would have written it. */
async function commentAsVersion1({ hub, desk, herdbook }: Farm, number: number, head: string): Promise<void> {
  const comment = [...hub.state.comments.values()].find(
    ({ issue, body }) => issue === number && body.startsWith('<!-- herdbook:production -->'),
  )
  if (comment === undefined) throw new Error('no comment')
  desk()
  git(desk(), 'checkout', '--quiet', head)
  const { stdout } = await herdbook(['plan', '--json'], 2)
  git(desk(), 'checkout', '--quiet', 'main')
  const steps: readonly Step[] = parsePlan(stdout).steps
  const marks = steps
    .map((step) => stepDigest(step, sealingWith(KEY), number, 1).slice(0, 32))
    .toSorted((a, b) => (a < b ? -1 : 1))
  const names = steps
    .map(({ kind, id }) => seal('step', { name: `${kind}/${id}` }, KEY).slice(0, 8))
    .toSorted((a, b) => (a < b ? -1 : 1))
  const text = comment.body.replace(/\n<!-- herdbook-plan v1 .*-->/, '').replace(/\n<!-- herdbook-approvals[^]*$/, '')
  const unsealed =
    `${text}\n<!-- herdbook-approvals v1 seal=${'0'.repeat(32)} ` +
    `groups=0 names=${names.join(',')} ${marks.join(' ')} -->`
  const digest = seal('comment', { pullRequest: number, head, text: unsealed.trim() }, KEY).slice(0, 32)
  await hub.act.editComment(comment.id, unsealed.replace('0'.repeat(32), digest), 'github-actions[bot]')
}

it('a repository of version 1 goes on, and nobody has to do anything', { timeout: 300_000 }, async () => {
  await using herd = await farm()
  const { hub } = herd
  const open = async (branch: string, domain: string): Promise<{ readonly number: number; readonly head: string }> => {
    const head = await hub.act.push({
      by: 'mo',
      branch,
      files: { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: ${domain}\n    severity: none\n` },
    })
    const number = await hub.act.openPull({ by: 'mo', branch, title: branch })
    ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
    return { number, head }
  }
  const merged = await open('merged', 'merged.example')
  await hub.act.push({
    by: 'mo',
    branch: 'waiting',
    files: { 'instance/email-domain-blocks.yaml': 'email_domain_blocks:\n  - domain: waiting.example\n' },
  })
  const waiting = await hub.act.openPull({ by: 'mo', branch: 'waiting', title: 'Waiting' })
  ran(await herd.settle({ workflows: /^herdbook-pull/ }), 'plan')
  await commentAsVersion1(herd, merged.number, merged.head)
  await commentAsVersion1(herd, waiting, hub.state.issues.get(waiting)?.pull?.head.commit ?? '')
  await writeAsVersion1(herd)
  expect(commentOn(herd, merged.number)).toContain('herdbook-approvals v1')
  await hub.act.merge(merged.number, 'ann')
  const runs = await herd.settle({ workflows: /^herdbook-apply/ })
  expect(ran(runs, 'apply').exit).toBe(0)
  expect(await herd.rows("select 1 from domain_blocks where domain = 'merged.example'")).toHaveLength(1)
  expect(git(hub.git, 'show', `${LEDGER}:meta.json`)).toMatch(/"upgraded":"20.*"version":2/)
  expect(git(hub.git, 'show', `${LEDGER}:digest`)).toMatch(/^v2 [0-9a-f]{64}$/)
  // The replan behind the apply has rewritten what is open.
  ran(runs, 'replan')
  expect(commentOn(herd, waiting)).toContain('herdbook-approvals v2')
  expect(parseMarks('x', { pullRequest: 1, head: 'y' }, sealingWith(KEY))).toBeNull()
  await hub.act.merge(waiting, 'ann')
  expect(ran(await herd.settle({ workflows: /^herdbook-apply/ }), 'apply').exit).toBe(0)
  expect(await herd.rows("select 1 from email_domain_blocks where domain = 'waiting.example'")).toHaveLength(1)
  herd.desk()
  expect((await herd.herdbook(['status'])).stdout).toMatch(/Ledger .* signed/)
})
