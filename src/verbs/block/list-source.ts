import { createReadStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fetchList, isAddress } from '../../http/fetch-list.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { MAX_BYTES } from '../../instance/source.ts'
import type { Io } from '../../session/io.ts'

/** A list as it was handed over. */
export interface GivenList {
  /** For diagnostics: a name, not a path. */
  readonly name: string
  /** Where it comes from, for the files. */
  readonly source: string
  readonly bytes: Buffer
}

/** Reads what `--from` names: a file, `-` for what is piped in, or an address. Throws (exit 9) where it can't be read. */
export async function givenList(io: Io, from: string): Promise<GivenList> {
  if (isAddress(from)) return { name: nameOf(from), source: from, bytes: await fetchList(from, io.signal) }
  if (from === '-') return { name: 'standard input', source: 'standard input', bytes: await gathered(io.stdin, from) }
  // What a shell makes of `<(…)` has a number for a name.
  const name = /^\/(?:dev|proc\/self)\/fd\/\d+$/.test(from) ? 'a command' : basename(from)
  return { name, source: name, bytes: await gathered(createReadStream(resolve(io.cwd, from)), from) }
}

/** The last part of an address that names something. */
function nameOf(address: string): string {
  const { pathname, hostname } = URL.canParse(address) ? new URL(address) : { pathname: '', hostname: address }
  return pathname.split('/').findLast((part) => part !== '') ?? hostname
}

/** All of a stream, or one byte more than a list may have, which the reader refuses. */
async function gathered(stream: AsyncIterable<unknown>, from: string): Promise<Buffer> {
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
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR')
      fail(EXIT.invalid, 'list-unreadable', `${from} is a folder.`, { hint: 'Name the list in it.' })
    throw error
  }
  return Buffer.concat(chunks)
}
