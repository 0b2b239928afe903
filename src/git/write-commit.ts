import { notFullCommitId, TASKS } from './texts.ts'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { CommitContent } from '../reconcile/repository.ts'
import { failed, type Git } from './git.ts'

/** What a repository names its objects by. */
export type ObjectFormat = 'sha1' | 'sha256'

interface Made {
  readonly id: string
  readonly type: keyof typeof TYPES
  readonly data: Buffer
}

/** The types of objects by their number in a pack: gitformat-pack(5). */
const TYPES = { commit: 1, tree: 2, blob: 3 } as const

/**
 * Writes a commit with its files into the object store and answers its id; `who` is its author. One Git for all of it,
 * and no
 * setting (line ends, signing, a missing name) changes or stops it. Throws where the store takes nothing.
 */
export async function writeCommit(
  git: Git,
  format: ObjectFormat,
  who: string,
  { files, subject, trailers = {}, parents = [] }: CommitContent,
): Promise<string> {
  const object = (type: Made['type'], data: Buffer): Made => ({
    id: createHash(format).update(`${type} ${data.length}\0`).update(data).digest('hex'),
    type,
    data,
  })
  // Git orders a tree by the bytes of its names.
  const blobs = [...files]
    .map(([name, text]) => ({ name: Buffer.from(name), ...object('blob', Buffer.from(text)) }))
    .sort((a, b) => Buffer.compare(a.name, b.name))
  const tree = object(
    'tree',
    Buffer.concat(
      blobs.flatMap(({ name, id }) => [Buffer.from('100644 '), name, Buffer.from([0]), Buffer.from(id, 'hex')]),
    ),
  )
  const person = `${who} ${Math.floor(Date.now() / 1000)} +0000`
  const head = [`tree ${tree.id}`, ...parents.map((id) => `parent ${id}`), `author ${person}`, `committer ${person}`]
  const tail = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\n`)
  const commit = object(
    'commit',
    Buffer.from(`${head.join('\n')}\n\n${subject}\n${tail.length === 0 ? '' : '\n'}${tail.join('')}`),
  )
  const { code, err } = await git.run(['unpack-objects', '-q'], await packOf(format, [...blobs, tree, commit]))
  return code === 0 ? commit.id : failed(TASKS.writeObjects, err)
}

const compressed = promisify(deflate)

async function packOf(format: ObjectFormat, objects: readonly Made[]): Promise<Buffer> {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0')
  head.writeUInt32BE(objects.length, 8)
  const entries = await Promise.all(
    objects.map(async ({ type, data }) => Buffer.concat([sizeOf(TYPES[type], data.length), await compressed(data)])),
  )
  const body = Buffer.concat([head, ...entries])
  return Buffer.concat([body, createHash(format).update(body).digest()])
}

/** Type and size of an object in a pack: four bits of the size beside the type, then seven a byte, lowest first. */
function sizeOf(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)]
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes.push((bytes.pop() ?? 0) | 0x80, rest & 0x7f)
  }
  return Buffer.from(bytes)
}

/** Only a full id goes into a command: a name could be an option, or move between two calls. */
export function objectId(id: string): string {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(id) ? id : fail(EXIT.refused, 'commit-id', notFullCommitId(id))
}
