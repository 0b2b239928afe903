import { EXIT, fail, HerdbookError } from '../../../src/instance/diagnostic.ts'
import type { Instance, Source } from '../../../src/instance/instance.ts'
import { loadWithRules } from '../../../src/instance/load.ts'
import { isRecord } from '../../../src/instance/get-own.ts'
import type { FileSource } from '../../../src/instance/source.ts'
import { parseYaml, type ParsedYaml } from '../../../src/instance/yaml/parse.ts'
import type { Claims } from '../../../src/reconcile/claims.ts'
import type { DesiredObject } from '../../../src/reconcile/objects.ts'

// What of instance/ this provider is for. The loader of the tool leaves these two files to later versions, so they are
// read here, of the same tree.

/** The files that may feed the kinds. The first is the one that has most of them. */
export const SOURCES = ['services.yaml', 'access.yaml'] as const

/** An instance with the files of this provider. */
interface FilesInstance extends Instance {
  readonly files: ReadonlyMap<string, unknown>
}

/** Reads an instance, and of it what this provider is for. Throws (exit 9) with all that is wrong. */
export async function loadWithFiles(source: FileSource, now?: Date): Promise<Instance> {
  const { instance, diagnostics } = await loadWithRules([], source, now === undefined ? {} : { now })
  if (!instance) throw new HerdbookError(EXIT.invalid, diagnostics)
  const there = (await source.list()).filter(({ name, kind }) => kind === 'file' && SOURCES.some((one) => one === name))
  const parsed = new Map<string, ParsedYaml>()
  for (const { name } of there) parsed.set(name, parseYaml(name, (await source.read(name)).toString('utf8')))
  const wrong = [...parsed.values()].flatMap((one) => one.diagnostics)
  if (wrong.length > 0) throw new HerdbookError(EXIT.invalid, wrong)
  const loaded: FilesInstance = {
    ...instance,
    position: (at) => parsed.get(at.file)?.position(at.path) ?? instance.position(at),
    files: new Map([...parsed].map(([name, { value }]) => [name, value])),
  }
  return loaded
}

/** An entry of a list, and where it stands. */
export interface Entry {
  readonly source: Source
  /** What a key of it says. Throws (exit 9) where that is no text. */
  readonly text: (key: string, otherwise?: string) => string
  readonly texts: (key: string) => readonly string[]
  readonly count: (key: string) => number
}

/** What one file says in a list. */
interface List {
  readonly source: string
  /** Without the list, the file does not manage it. */
  readonly entries: readonly Entry[] | null
}

/** A list of this name in each of the files. */
export function listsIn(instance: Instance, list: string): readonly List[] {
  const files = 'files' in instance && instance.files instanceof Map ? instance.files : new Map<string, unknown>()
  return SOURCES.map((source) => {
    const file: unknown = files.get(source)
    const values: unknown = isRecord(file) ? file[list] : undefined
    return {
      source,
      entries: Array.isArray(values)
        ? values.map((value, i) => entryOf(instance, { file: source, path: [list, i] }, value))
        : null,
    }
  })
}

/** The claims of a kind by its lists. */
export const claimsOf = (instance: Instance, list: string, objectOf: (entry: Entry) => DesiredObject): Claims => ({
  claims: listsIn(instance, list).map(({ source, entries }) => ({
    source,
    managed: entries !== null,
    objects: (entries ?? []).map(objectOf),
  })),
  others: 'leave',
})

function entryOf(instance: Instance, source: Source, value: unknown): Entry {
  const at = (key: string): unknown => (isRecord(value) ? value[key] : undefined)
  const wrong = (key: string, what: string): never => {
    const { file, line } = instance.position(source)
    return fail(EXIT.invalid, 'files-shape', `${file} line ${line}: ${key} is not ${what}`)
  }
  return {
    source,
    text: (key, otherwise) => {
      const found = at(key) ?? otherwise
      return typeof found === 'string' ? found : wrong(key, 'a text')
    },
    texts: (key) => {
      const found = at(key) ?? []
      return Array.isArray(found) ? found.map(String) : wrong(key, 'a list')
    },
    count: (key) => {
      const found = at(key)
      return Number.isSafeInteger(found) ? Number(found) : wrong(key, 'a number')
    },
  }
}
