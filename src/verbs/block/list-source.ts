import { createReadStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fetchList, isAddress } from '../../http/fetch-list.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { MAX_BYTES } from '../../instance/source.ts'
import type { Io } from '../../session/io.ts'
import { COMMAND_OUTPUT, listIsFolder, STANDARD_INPUT } from './texts.ts'

/** A list as a person gave it. */
export interface GivenList {
  /** For diagnostics: a name, not a path. */
  readonly name: string
  /** Where it comes from, for the files. */
  readonly source: string
  readonly bytes: Buffer
}

/** Reads what `--from` names: a file, `-` for what is piped in, or an address. Throws (exit 9) if it can't be read. */
export async function givenList(io: Io, from: string): Promise<GivenList> {
  if (isAddress(from)) return { name: nameOf(from), source: from, bytes: await fetchList(from, io.signal) }
  if (from === '-') return { name: STANDARD_INPUT, source: STANDARD_INPUT, bytes: await readAll(io.stdin, from) }
  // The shell names a `<(…)` by a number.
  const name = /^\/(?:dev|proc\/self)\/fd\/\d+$/.test(from) ? COMMAND_OUTPUT : basename(from)
  return { name, source: name, bytes: await readAll(createReadStream(resolve(io.cwd, from)), from) }
}

/** The last part of an address that is not empty. */
function nameOf(address: string): string {
  const { pathname, hostname } = URL.canParse(address) ? new URL(address) : { pathname: '', hostname: address }
  return pathname.split('/').findLast((part) => part !== '') ?? hostname
}

/** Reads a stream to its end, or until it is longer than a list may be, which the reader of lists refuses. */
async function readAll(stream: AsyncIterable<unknown>, from: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      const part = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      chunks.push(part)
      bytes += part.length
      if (bytes > MAX_BYTES) break
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EISDIR')) throw error
    const { message, hint } = listIsFolder(from)
    fail(EXIT.invalid, 'list-unreadable', message, { hint })
  }
  return Buffer.concat(chunks)
}
