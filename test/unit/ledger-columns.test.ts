import { Malformed } from '../../src/reconcile/ledger/lines.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { adjust, emptyLedger } from '../../src/reconcile/ledger/ledger.ts'
import { readRows, writeRows, type LedgerRows } from '../../src/reconcile/ledger/rows.ts'
import type { Ledger, LedgerEntry } from '../../src/reconcile/ledger/types.ts'
import type { FileTexts } from '../../src/reconcile/repository.ts'

const AT = '2026-11-23T04:00:00.000Z'
const WHOSE = { environment: 'production' }
const asLedger = (rows: LedgerRows): Ledger => ({ ...rows, head: null, form: 2, signed: false })
const entry = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind: 'file',
  id: 'etc/motd',
  serverId: null,
  fields: {},
  commit: null,
  ...more,
})
const write = (one: LedgerEntry): FileTexts => writeRows(adjust(emptyLedger, [{ to: 'record', entry: one }]), WHOSE, AT)
const withLine = (line: string): FileTexts => new Map([...write(entry()), ['file.jsonl', `${line}\n`]])
const only = (files: FileTexts): LedgerEntry | undefined => readRows(files).entries.get('file/etc/motd')

describe('the columns that came later', () => {
  it('stand in the line where they say something, and come back', () => {
    const both = entry({ sources: ['access.yaml', 'services.yaml'], state: 'absent' })
    expect(write(both).get('file.jsonl')).toBe(
      '{"commit":null,"fields":{},"id":"etc/motd","server_id":null,' +
        '"sources":["access.yaml","services.yaml"],"state":"absent"}\n',
    )
    expect(only(write(both))).toEqual(both)
  })

  it('are not there where they say nothing', () => {
    expect(write(entry()).get('file.jsonl')).toBe('{"commit":null,"fields":{},"id":"etc/motd","server_id":null}\n')
    expect(only(write(entry()))).toEqual(entry())
  })

  it('keep what a still later version wrote beside them', () => {
    const line = '{"commit":null,"fields":{},"id":"etc/motd","server_id":null,"sources":["services.yaml"],"zone":"b"}'
    const read = asLedger(readRows(withLine(line)))
    expect(writeRows(read, WHOSE, AT).get('file.jsonl')).toBe(`${line}\n`)
    const again = adjust(read, [{ to: 'record', entry: entry({ sources: ['access.yaml'] }) }])
    expect(writeRows(again, WHOSE, AT).get('file.jsonl')).toBe(`${line.replace('services.yaml', 'access.yaml')}\n`)
  })

  it.each([
    ['sources of none', '{"commit":null,"fields":{},"id":"etc/motd","server_id":null,"sources":[]}'],
    ['a source that is no list', '{"commit":null,"fields":{},"id":"etc/motd","server_id":null,"sources":"a.yaml"}'],
    ['a source that is no text', '{"commit":null,"fields":{},"id":"etc/motd","server_id":null,"sources":[7]}'],
    ['a state that nobody knows', '{"commit":null,"fields":{},"id":"etc/motd","server_id":null,"state":"here"}'],
  ])('are refused with %s', (_, line) => {
    expect(() => readRows(withLine(line))).toThrow(Malformed)
  })
})

test.each(['615b2b0', '2'])('a ledger that %s wrote is written again byte by byte', (version) => {
  const path = join(import.meta.dirname, 'golden', version, 'ledger.json')
  const kept: { readonly files: { readonly [name: string]: string } } = JSON.parse(readFileSync(path, 'utf8'))
  const read = readRows(new Map(Object.entries(kept.files)))
  const again = writeRows(asLedger(read), read.whose, read.at ?? AT)
  expect(read.entries.size).toBeGreaterThan(0)
  for (const kind of new Set([...read.entries.values()].map((one) => one.kind)))
    expect(again.get(`${kind}.jsonl`)).toBe(kept.files[`${kind}.jsonl`])
  for (const one of read.entries.values()) expect([one.sources, one.state]).toEqual([undefined, undefined])
})
