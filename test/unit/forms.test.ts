import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formsIn } from '../../src/reconcile/approvals.ts'
import {
  planDigest,
  planDigest1,
  seal,
  sealIn,
  stepDigest,
  type DigestPurpose,
  type Sealing,
} from '../../src/reconcile/digest.ts'
import { type DigestForm } from '../../src/reconcile/values.ts'
import { emptyLedger, parseLedger, serializeLedger } from '../../src/reconcile/ledger/ledger.ts'
import { coveredBy, parseMarks } from '../../src/reconcile/approval-marks.ts'
import type { Snapshot } from '../../src/reconcile/repository.ts'
import { signatureOf, signContent } from '../../src/reconcile/signature.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { parsePlan } from '../../src/json/saved-plan.ts'
import { sealingWith } from '../support/sealing.ts'

// What an instance holds outlives the Herdbook that wrote it: these files were written by commit 615b2b0 (form 1) and
// by the first commit with form 2.

interface About {
  readonly key: string
  readonly comment: { readonly pullRequest: number; readonly head: string }
  readonly lock: Kept
  readonly steps: readonly {
    readonly key: string | null
    readonly pullRequest: number | null
    readonly digest: string
  }[]
  readonly seals: readonly {
    readonly purpose: DigestPurpose
    readonly value: unknown
    readonly digest: string
    readonly unkeyed: string
  }[]
}

type Kept = Omit<Snapshot, 'files'> & { readonly files: { readonly [name: string]: string } }

const FOLDERS = { 1: '615b2b0', 2: '2' } as const
const read = (form: DigestForm, name: string): string =>
  readFileSync(join(import.meta.dirname, 'golden', FOLDERS[form], name), 'utf8')
const about = (form: DigestForm): About => JSON.parse(read(form, 'about.json'))
const snapshotOf = (kept: Kept): Snapshot => ({ ...kept, files: new Map(Object.entries(kept.files)) })
const keyOf = (key: string | null): Sealing => sealingWith(key === null ? null : Buffer.from(key))
const ONLY: { readonly [form in DigestForm]: ReadonlySet<DigestForm> } = {
  1: new Set<DigestForm>([1]),
  2: new Set<DigestForm>([2]),
}
const BOTH: ReadonlySet<DigestForm> = new Set<DigestForm>([1, 2])

/** The step that the comment's pull request was for. */
const LIMIT: Pick<Step, 'kind' | 'id' | 'action' | 'serverId' | 'changes'> = {
  kind: 'domain-block',
  id: 'one.example',
  action: 'create',
  serverId: null,
  changes: Object.entries({
    obfuscate: false,
    public_comment: 'Spam',
    reject_media: false,
    reject_reports: false,
    severity: 'silence',
  }).map(([field, after]) => ({ field, before: null, after })),
}
const stepOf = (bare: typeof LIMIT): Step => ({
  ...bare,
  cause: 'change',
  hazard: 'disruptive',
  target: {},
  seen: {},
  weakens: false,
  connection: 'rest',
  calls: 1,
  digest: '',
})

describe.each([1, 2] as const)('form %i', (form) => {
  const { key, steps, seals, comment, lock } = about(form)
  const sealing = keyOf(key)

  it('has the digests of steps that it had', () => {
    const [step] = parsePlan(read(form, 'plan.json')).steps
    if (step === undefined) throw new Error('the plan has no step')
    expect(steps.map((one) => stepDigest(step, keyOf(one.key), one.pullRequest, form))).toEqual(
      steps.map(({ digest }) => digest),
    )
  })

  it('has the seals that it had, for each purpose its own', () => {
    const sealed = (purpose: DigestPurpose, value: unknown, by: string | null): string =>
      form === 1 ? seal(purpose, value, keyOf(by).key) : sealIn(keyOf(by), purpose, value)
    for (const { purpose, value, digest, unkeyed } of seals)
      expect([sealed(purpose, value, key), sealed(purpose, value, null)]).toEqual([digest, unkeyed])
    expect(new Set(seals.flatMap(({ digest, unkeyed }) => [digest, unkeyed])).size).toBe(2 * seals.length)
  })

  it('is taken in a ledger and a lock, where it is still taken', () => {
    const kept = snapshotOf(JSON.parse(read(form, 'ledger.json')))
    const ledger = parseLedger(kept, sealing, BOTH)
    expect(ledger).toMatchObject({ form, signed: true, taken: expect.stringMatching(/^[0-9a-f]{40}$/), upgraded: null })
    expect([...ledger.entries.keys()]).toContain('domain-block/one.example')
    expect(ledger.approvals).toEqual([expect.objectContaining({ form, spent: true, pullRequest: 1, by: 'ann' })])
    expect(() =>
      parseLedger({ ...kept, files: new Map([...kept.files, ['domain-block.jsonl', '']]) }, sealing, BOTH),
    ).toThrow(/not signed with your ledger_key/)
    expect(signatureOf(snapshotOf(lock), 'lock', sealing)).toEqual({ is: 'right', form })
    if (form === 1) expect(() => parseLedger(kept, sealing, ONLY[2])).toThrow(/has the old version 1/)
  })

  it('is taken in a comment, whose marks cover their step', () => {
    const body = read(form, 'comment.md')
    const marks = parseMarks(body, comment, sealing, BOTH)
    if (marks === null || marks === 'altered') throw new Error('no marks')
    expect(marks.form).toBe(form)
    expect(coveredBy({ marks, pullRequest: comment.pullRequest }, [stepOf(LIMIT)], sealing)).toHaveLength(1)
    expect(parseMarks(body, comment, sealing, ONLY[form === 1 ? 2 : 1])).toBe('altered')
    expect(parseMarks(body.replace('one.example', 'two.example'), comment, sealing, BOTH)).toBe('altered')
  })

  it('is known again in a saved plan', () => {
    const { digest, ...plan } = parsePlan(read(form, 'plan.json'))
    expect(form === 1 ? planDigest1(plan, sealing) : planDigest(plan, sealing)).toBe(digest)
  })
})

describe('the forms that count', () => {
  const now = new Date('2026-11-30T00:00:00Z')
  it('both, while the ledger is of form 1 and 90 days after; later, or without a first, the second alone', () => {
    expect([...formsIn({ form: 1, upgraded: null }, now)]).toEqual([2, 1])
    expect([...formsIn({ form: 2, upgraded: '2026-09-02T00:00:00Z' }, now)]).toEqual([2, 1])
    expect([...formsIn({ form: 2, upgraded: '2026-09-01T00:00:00Z' }, now)]).toEqual([2])
    expect([...formsIn({ form: 2, upgraded: null }, now)]).toEqual([2])
    expect([...formsIn(emptyLedger, now)]).toEqual([2])
  })
})

describe('what a later version adds', () => {
  it('is kept, signed and ignored: files, keys of lines, keys of the whole', () => {
    const sealing = sealingWith(Buffer.from('a key'))
    const files = new Map(serializeLedger(emptyLedger, sealing, '2026-11-30T00:00:00.000Z'))
    files.set('list.seen.jsonl', '{"digest":"x"}\n')
    files.set(
      'announcement.jsonl',
      '{"commit":null,"fields":{"a":1},"id":"x","server_id":null,"sources":["rules.yaml"]}\n',
    )
    files.set('meta.json', (files.get('meta.json') ?? '').replace('{', '{"identities":{"host":"SHA256:x"},'))
    const snapshot = (content: ReturnType<typeof signContent>): Snapshot => ({
      id: 'a'.repeat(40),
      tree: '',
      author: '',
      at: '',
      parents: [],
      ...content,
      trailers: content.trailers ?? {},
    })
    const written = snapshot(signContent({ files, subject: 'Applied' }, 'ledger', sealing))
    const again = serializeLedger(parseLedger(written, sealing, ONLY[2]), sealing, '2026-11-30T00:00:00.000Z')
    expect(again.get('list.seen.jsonl')).toBe('{"digest":"x"}\n')
    expect(again.get('announcement.jsonl')).toContain('"sources":["rules.yaml"]')
    expect(again.get('meta.json')).toContain('"identities":{"host":"SHA256:x"}')
    for (const name of ['list.seen.jsonl', 'announcement.jsonl', 'meta.json']) {
      const changed = {
        ...written,
        files: new Map([...written.files, [name, (written.files.get(name) ?? '').replace('x', 'y')]]),
      }
      expect(() => parseLedger(changed, sealing, ONLY[2])).toThrow(/not signed with your ledger_key/)
    }
  })
})
