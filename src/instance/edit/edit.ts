import type { Edit } from './types.ts'
import { isMap, isSeq, type Pair, type YAMLMap } from 'yaml'
import { own } from '../get-own.ts'
import { refuseAlias, refuseNamed } from './anchors.ts'
import { isJson } from './json.ts'
import { isFlow, styleNear, type Collection } from './layout.ts'
import { reasons } from './emptied.ts'
import { PLAIN, type FileStyle } from './render.ts'
import { insertLines, meaning, means, open, refuse, refuseAt, splice, type Original, type Splice } from './original.ts'
import { type Value } from '../values.ts'
import {
  addItems,
  changeFlow,
  fieldLines,
  nodeAt,
  ownerOf,
  pairOf,
  removeAll,
  reorder,
  setField,
  type NewItem,
} from './splices.ts'
import type { Path } from '../yaml/positions.ts'
import { meansSomethingElse, noCollection, notAMap, nothingToRemove } from './texts.ts'

type Mutable = { [key: string]: Value }

/**
 * Edits a file the way a person would: only what changes is rewritten, every other line stays byte for byte as it is.
 * A list that it leaves empty needs a reason, `emptied`; one that it fills again loses its reason.
 * The result is read again and must mean the old document with these changes; otherwise this throws.
 */
export function edit(name: string, text: string, edits: readonly Edit[], emptied?: string): string {
  const source = open(name, text)
  const before = meaning(source)
  const steps = resolveEdits(before, [...edits, ...reasons(name, before, edits, emptied)], (path) =>
    staysOpen(source, path),
  )
  const splices = steps.length === 0 ? [] : splicesOf(source, steps)
  const edited = splice(source, splices)
  return means(name, edited, intended(before, steps)) && (!isPureJson(text) || isPureJson(edited))
    ? edited
    : refuseResult(source, splices)
}

/** Whether empty brackets stay when they get entries: they contain a comment, or the file is JSON. */
function staysOpen(source: Original, path: Path): boolean {
  const node = nodeAt(source, path)
  if (!isMap(node) && !isSeq(node)) return false
  const [start = 0, end = 0] = node.range ?? []
  return isFlow(node) && node.items.length === 0 && (isJson(source) || source.text.slice(start, end).includes('\n'))
}

function isPureJson(text: string): boolean {
  try {
    return text.trimStart().startsWith('{') && JSON.parse(text) !== undefined
  } catch {
    return false
  }
}

const isRecord = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const keyOf = (path: Path): string => JSON.stringify(path)

function valueAt(root: Value | undefined, path: Path): Value | undefined {
  return path.reduce<Value | undefined>(
    (value, part) => (value instanceof Object ? own(value as Mutable, String(part)) : undefined),
    root,
  )
}

/** Turns additions to a missing or empty list, and fields of missing maps, into fields of a map that exists. */
function resolveEdits(before: Value, edits: readonly Edit[], stays: (path: Path) => boolean): readonly Edit[] {
  const others: Edit[] = []
  const sets = new Map<string, { path: Path; value: Value }>()
  const put = (path: Path, value: Value): void => {
    const [target, nested] = deepestSet(before, path, value, stays)
    const earlier = sets.get(keyOf(target))
    sets.set(keyOf(target), { path: target, value: earlier ? merge(earlier.value, nested) : nested })
  }
  const fresh = new Map<string, Value[]>()
  for (const one of edits) {
    if (one.op === 'add') {
      const list = valueAt(before, one.list)
      if (Array.isArray(list) && (list.length > 0 || stays(one.list))) others.push(one)
      else if (!fresh.get(keyOf(one.list))?.push(one.item)) fresh.set(keyOf(one.list), [one.item])
    } else if (one.op === 'set') put(one.path, one.value)
    else others.push(one)
  }
  for (const [list, items] of fresh) put(JSON.parse(list) as Path, items)
  return [...others, ...[...sets.values()].map((set): Edit => ({ op: 'set', ...set }))]
}

function deepestSet(before: Value, path: Path, value: Value, stays: (path: Path) => boolean): [Path, Value] {
  let length = 1
  for (; length < path.length; length++) {
    const there = valueAt(before, path.slice(0, length))
    if (!(there instanceof Object) || (Object.keys(there).length === 0 && !stays(path.slice(0, length)))) break
  }
  return [path.slice(0, length), path.slice(length).reduceRight<Value>((inner, part) => ({ [part]: inner }), value)]
}

function merge(a: Value, b: Value): Value {
  if (!isRecord(a) || !isRecord(b)) return b
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.fromEntries(
    keys.map((key) => {
      const [one, other] = [own(a, key), own(b, key)]
      return [key, one === undefined ? (other ?? null) : other === undefined ? one : merge(one, other)]
    }),
  )
}

/** All changes of one collection's entries: they are made together. */
interface Gathered {
  readonly path: Path
  readonly adds: NewItem[]
  readonly removes: Set<string | number>
  order?: readonly number[]
}

function gather(steps: readonly Edit[]): readonly Gathered[] {
  const all = new Map<string, Gathered>()
  const at = (path: Path): Gathered => {
    const entry = all.get(keyOf(path)) ?? { path, adds: [], removes: new Set() }
    all.set(keyOf(path), entry)
    return entry
  }
  for (const step of steps) {
    if (step.op === 'add') at(step.list).adds.push({ before: step.before ?? Number.MAX_SAFE_INTEGER, value: step.item })
    if (step.op === 'order') at(step.list).order = step.order
    if (step.op === 'remove') at(step.path.slice(0, -1)).removes.add(step.path.at(-1) ?? '')
  }
  return [...all.values()].toSorted((a, b) => b.path.length - a.path.length)
}

/** The value that the document should have after the changes, computed on plain data. */
function intended(before: Value, steps: readonly Edit[]): Value {
  // Through JSON, so that each use of an alias becomes a value of its own.
  const root = JSON.parse(JSON.stringify(before ?? {})) as Mutable
  for (const step of steps) {
    if (step.op !== 'set') continue
    const parent = valueAt(root, step.path.slice(0, -1)) as Mutable
    // Defined, not assigned: a key may be called __proto__.
    Object.defineProperty(parent, String(step.path.at(-1)), {
      value: structuredClone(step.value),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  for (const { path, adds, removes, order } of gather(steps)) {
    const there = valueAt(root, path)
    if (!Array.isArray(there)) {
      for (const key of removes) delete (there as Mutable)[key]
      continue
    }
    const list = there as Value[]
    const addsAt = Map.groupBy(adds, (item) => Math.min(item.before, list.length))
    const added = (index: number): Value[] => (addsAt.get(index) ?? []).map((item) => item.value)
    const kept = (order ?? list.keys().toArray()).flatMap((from, to): Value[] => {
      const item = list[from]
      return removes.has(from) || item === undefined ? added(to) : [...added(to), item]
    })
    const whole = [...kept, ...added(list.length)]
    list.length = 0
    for (const item of whole) list.push(item)
  }
  return root
}

function splicesOf(source: Original, steps: readonly Edit[]): readonly Splice[] {
  const { contents } = source.doc
  const sets = steps.filter((step) => step.op === 'set')
  if (!isMap(contents)) return [newFields(source, sets)]
  const fresh = Map.groupBy(
    sets.filter(({ path }) => isNewInFlow(source, path)),
    ({ path }) => keyOf(path.slice(0, -1)),
  )
  const gathered = gather(steps)
  const changed = new Set(gathered.map(({ path }) => keyOf(path)))
  const others = [...fresh.keys()]
    .filter((key) => !changed.has(key))
    .map((key): Gathered => ({ path: JSON.parse(key) as Path, adds: [], removes: new Set() }))
  const filled = new Set(sets.map(({ path }) => keyOf(path.slice(0, -1))))
  const changes = [...gathered, ...others].flatMap((one) =>
    changesOf(source, one, fresh.get(keyOf(one.path)) ?? [], filled.has(keyOf(one.path))),
  )
  return [
    ...changes,
    ...sets.filter(({ path }) => !isNewInFlow(source, path)).flatMap(({ path, value }) => setAt(source, path, value)),
  ]
}

type SetStep = Extract<Edit, { readonly op: 'set' }>

function isNewInFlow(source: Original, path: Path): boolean {
  const map = nodeAt(source, path.slice(0, -1))
  return isMap(map) && isFlow(map) && pairOf(map as YAMLMap, String(path.at(-1))) === undefined
}

/** What changes in one list or map. */
function changesOf(
  source: Original,
  { path, adds, removes, order }: Gathered,
  fresh: readonly SetStep[],
  filled: boolean,
): readonly Splice[] {
  const node = nodeAt(source, path)
  if (!isMap(node) && !isSeq(node)) {
    refuseAlias(source, path)
    return refuse(source.name, noCollection(path.join('.')))
  }
  const removed = new Set([...removes].map((part) => indexOf(source, node, part)))
  const moves = isSeq(node) && order ? reorder(source, node, order) : []
  if (isFlow(node)) {
    const fields = fresh.map(({ path: at, value }) => ({
      key: String(at.at(-1)),
      value,
      style: siblingStyle(source, at),
    }))
    const changes =
      removed.size + adds.length + fields.length === 0
        ? []
        : changeFlow(source, node, { removed, items: adds, fields }, path.length + 1)
    return [...changes, ...moves]
  }
  return [
    ...(removed.size > 0 ? removeAll(source, node, removed, ownerOf(source, path), adds.length > 0 || filled) : []),
    ...(isSeq(node) && adds.length > 0 ? addItems(source, node, adds, path.length + 1) : []),
    ...moves,
  ]
}

/** Refuses a change whose result is not what was asked for. */
function refuseResult(source: Original, splices: readonly Splice[]): never {
  refuseNamed(source, splices)
  return refuseAt(source, Math.min(...splices.map(({ start }) => start), source.text.length), meansSomethingElse)
}

function newFields(source: Original, sets: readonly { readonly path: Path; readonly value: Value }[]): Splice {
  const lines = sets.flatMap(({ path, value }) => fieldLines(String(path.at(-1)), value, PLAIN, ''))
  return insertLines(source, source.text.length, lines, 1)
}

function indexOf(source: Original, node: Collection, part: string | number): number {
  const index = isSeq(node) ? Number(part) : node.items.findIndex((pair: Pair) => String(pair.key) === String(part))
  return index >= 0 && index < node.items.length ? index : refuse(source.name, nothingToRemove(part))
}

function setAt(source: Original, path: Path, value: Value): readonly Splice[] {
  const map = nodeAt(source, path.slice(0, -1))
  if (!isMap(map)) {
    refuseAlias(source, path.slice(0, -1))
    return refuse(source.name, notAMap(path.slice(0, -1).join('.')))
  }
  return setField(source, map as YAMLMap, String(path.at(-1)), value, siblingStyle(source, path), path.length)
}

/** The style of a field: as the items around it write theirs. */
function siblingStyle(source: Original, path: Path): FileStyle {
  const at = path.findLastIndex((part) => typeof part === 'number')
  const list = at < 0 ? undefined : nodeAt(source, path.slice(0, at))
  return isSeq(list) && path.length === at + 2 ? styleNear(source, list, Number(path[at]) + 1) : PLAIN
}
