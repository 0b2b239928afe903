import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Facts, FolderFact } from '../wire.ts'
import { factAt, factOf, whyOf } from './fact.ts'
import { checkName, checkPath, FRESH, placeOf } from './paths.ts'
import { type Request, texts } from './request.ts'
import { protocolFacts } from './records.ts'
import { unitFact } from './units.ts'

/** All that a plan asks for, in one answer. What can't be read is said of the one path, and stops no other. */
export function facts(root: string, request: Request): Facts {
  const sealed = new Set(texts(request, 'sealed').map(checkPath))
  const asked = new Set([...texts(request, 'paths').map(checkPath), ...sealed])
  const folders = texts(request, 'folders').map((folder) => listed(root, checkPath(folder)))
  const found = new Set(folders.flatMap(({ below }) => below)).difference(asked)
  return {
    files: [
      ...[...asked].map((path) => ({ path, ...factOf(root, path, sealed.has(path)) })),
      ...[...found].map((path) => ({ path, ...factAt(join(root, path), false) })),
    ],
    folders: folders.map(({ fact }) => fact),
    units: texts(request, 'units').map((unit) => unitFact(root, checkName(unit))),
    protocols: protocolFacts(root),
  }
}

interface Listed {
  readonly fact: FolderFact
  readonly below: readonly string[]
}

function listed(root: string, path: string): Listed {
  try {
    const place = placeOf(root, path)
    const there = lstatSync(place, { throwIfNoEntry: false })
    if (!there) return { fact: { path, state: 'absent' }, below: [] }
    return { fact: { path, state: 'complete' }, below: namesBelow(place).map((name) => `${path}/${name}`) }
  } catch (error) {
    return { fact: { path, state: 'unreadable', why: whyOf(error) }, below: [] }
  }
}

/** Everything below a folder that is no folder itself. Links are not followed. */
function namesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).flatMap((entry) => {
    const name = nameOf(entry)
    if (entry.isDirectory()) return namesBelow(join(folder, name)).map((inside) => `${name}/${inside}`)
    // what a killed run left half written is nobody's: the next write there takes it away
    return entry.isFile() && name.startsWith(FRESH) ? [] : [name]
  })
}

function nameOf({ name }: Dirent<Buffer>): string {
  const text = name.toString('utf8')
  if (!Buffer.from(text).equals(name)) throw new Error(`it holds a name that is no text: ${JSON.stringify(text)}`)
  return text
}
