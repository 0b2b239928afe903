// The far end of the provider `files`: node main.ts [--reading] ROOT. It stays open for a run, takes one JSON line a
// request,
// {"id": 1, "verb": "facts", "asks": {...}}, and answers one JSON line, {"id": 1, "ok": true, "result": ...} or
// {"id": 1, "ok": false, "error": {"code": ..., "message": ...}}. No answer holds what a file holds. With --reading it
// writes nothing.
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Reads, Stamp, Writes } from '../wire.ts'
import { readJson } from './atomic.ts'
import { whyOf } from './fact.ts'
import { facts } from './facts.ts'
import { garbles, reach } from './faults.ts'
import { alone, counterOf, type Holder, holderOf, take } from './lock.ts'
import { back, end, prove, stage, switchOver } from './phases.ts'
import { forgetLeftovers } from './records.ts'
import { isRequest, object, refuse, Refused, type Request, requestOf, text } from './request.ts'
import { same } from './same.ts'
import { restart } from './units.ts'
import { remove, write } from './writes.ts'

type ReadVerbs = { readonly [Verb in keyof Reads]: (root: string, request: Request) => Reads[Verb]['answers'] }
type WriteVerbs = {
  readonly [Verb in keyof Writes]: (root: string, request: Request, holder: Holder) => Writes[Verb]['answers']
}

const {
  values: { reading },
  positionals: [folder = ''],
} = parseArgs({ options: { reading: { type: 'boolean', default: false } }, allowPositionals: true })

const READS: ReadVerbs = {
  hello: (root) => ({ stamp: stampOf(root), reading, counter: counterOf(root) }),
  facts,
  same,
}

const WRITES: WriteVerbs = { write, remove, restart, stage, switch: switchOver, prove, back, end }

function stampOf(root: string): Stamp | null {
  const stamp = readJson(join(root, '.stamp'))
  if (stamp === null) return null
  if (!isRequest(stamp)) return refuse('bad-stamp', 'the stamp has an odd shape')
  return {
    domain: text(stamp, 'domain'),
    environment: text(stamp, 'environment'),
    repository: text(stamp, 'repository'),
  }
}

function perform(root: string, verb: string, asks: Request): unknown {
  if (has(READS, verb)) return READS[verb](root, asks)
  if (reading) refuse('read-only', `${verb} was asked for while reading`)
  if (verb === 'lock') {
    return alone(root, () => {
      const answer = take(root, asks)
      forgetLeftovers(root)
      return answer
    })
  }
  if (has(WRITES, verb)) return alone(root, () => WRITES[verb](root, asks, holderOf(root, asks)))
  return refuse('unknown-verb', `there is no verb ${JSON.stringify(verb)}`)
}

const has = <Table extends object>(table: Table, name: PropertyKey): name is keyof Table => Object.hasOwn(table, name)

function answerTo(root: string, line: string): string {
  let request: Request = {}
  try {
    request = requestOf(line)
    const verb = text(request, 'verb')
    const moments = has(READS, verb) ? [verb] : [verb, 'any']
    moments.forEach((name) => reach(`before ${name}`))
    const result = perform(root, verb, object(request, 'asks'))
    moments.forEach((name) => reach(`after ${name}`))
    return garbles(verb) ? 'Segmentation fault' : JSON.stringify({ id: request['id'], ok: true, result })
  } catch (error) {
    const code = error instanceof Refused ? error.code : 'failed'
    return JSON.stringify({ id: request['id'], ok: false, error: { code, message: whyOf(error) } })
  }
}

const root = realpathSync(folder)
for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${answerTo(root, line)}\n`)
