import { EXIT, fail } from '../diagnostic.ts'
import { isUnwanted } from '../text.ts'
import { edit, type Edit } from './edit.ts'
import { alike, fieldEdits } from './fields.ts'
import { itemsOf, placeOf, startOf } from './file.ts'
import { meaning, open, type Value } from './original.ts'
import { ruleKey } from './rule-key.ts'
import { isRecord, SHAPES, type Fields, type Item, type Shape, type Written } from './shapes.ts'

/** A file as it is to be written, by its name in the instance folder. */
export interface FileEdit {
  readonly file: string
  readonly text: string
}

/** What an object should be in the files: its fields, or null where it should not be there. */
export interface ObjectChange {
  /** `kind/id`, such as `domain-block/spam.example`. */
  readonly ref: string
  readonly fields: Fields | null
  /** Keys that only the files know, such as `reported_in`, `until` or `accept_severed_relationships`; null takes one out. */
  readonly extra?: Fields
}

export interface EditOptions {
  /** Why a list that this empties is empty. */
  readonly emptied?: string
  /** An `until` that has passed by then goes when its object is to be there. */
  readonly now?: Date
}

/** The text of a file of the instance folder; undefined where there is none. */
export type ReadText = (file: string) => string | undefined

const LONG_SETTINGS: { readonly [key: string]: string } = {
  site_extended_description: 'about.md',
  site_terms: 'privacy-policy.md',
  closed_registrations_message: 'closed-registrations.md',
  custom_css: 'custom.css',
  email_footer_text: 'email-footer.md',
}

/** Texts longer than this, and those of several lines, get a file of their own. */
const LONG = 200

interface Context extends EditOptions {
  readonly read: ReadText
  /** Long texts that are written beside the file. */
  readonly texts: Map<string, string>
}

/** Makes the files say what the objects should be. What says so already stays as it is; the answer holds only files that change. */
export function editObjects(read: ReadText, changes: readonly ObjectChange[], options: EditOptions = {}): readonly FileEdit[] {
  const files = new Map<string, string>()
  const current: ReadText = (file) => files.get(file) ?? read(file)
  const kinds = Map.groupBy(named(current, changes), (change) => change.kind)
  // The order of rules comes after the rules that it names.
  for (const [kind, ofKind] of [...kinds].toSorted(([a], [b]) => Number(a === 'rule-order') - Number(b === 'rule-order'))) {
    const context: Context = { ...options, read: current, texts: new Map() }
    const file = kind === 'setting' ? 'settings.yaml' : kind === 'rule-order' ? 'rules.yaml' : shapeOf(kind).file
    const before = startOf(file, current(file))
    const edits = kind === 'setting' ? settingEdits(before, ofKind, context) : kind === 'rule-order' ? orderEdits(before, ofKind) : listEdits(shapeOf(kind), before, ofKind, context)
    const after = edits.length === 0 ? before : edit(file, before, edits, options.emptied)
    for (const [name, text] of [[file, after] as const, ...context.texts]) if (text !== current(name)) files.set(name, text)
  }
  return [...files].map(([file, text]) => ({ file, text }))
}

/** Makes a file's text say what one object should be. */
export function putObject(kind: string, text: string | undefined, id: string, fields: Fields, extra: Fields = {}, options: EditOptions = {}): readonly FileEdit[] {
  return editObjects((file) => (file === fileOf(kind) ? text : undefined), [{ ref: `${kind}/${id}`, fields, extra }], options)
}

/** Takes one object out of a file's text. */
export function dropObject(kind: string, text: string, id: string, options: EditOptions = {}): readonly FileEdit[] {
  return editObjects((file) => (file === fileOf(kind) ? text : undefined), [{ ref: `${kind}/${id}`, fields: null }], options)
}

/** The file that holds a kind. */
export function fileOf(kind: string): string {
  return kind === 'setting' ? 'settings.yaml' : kind === 'rule-order' ? 'rules.yaml' : shapeOf(kind).file
}

function shapeOf(kind: string): Shape {
  return SHAPES[kind] ?? fail(EXIT.invalid, 'unknown-kind', `There is no kind ${kind} in the files.`)
}

interface Named {
  readonly kind: string
  readonly id: string
  readonly fields: Fields | null
  readonly extra: Fields
}

const RULE_KEY = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** Takes references apart, and gives rules that have no key yet, such as `#12`, one made from their text. */
function named(read: ReadText, changes: readonly ObjectChange[]): readonly Named[] {
  const parts = changes.map(({ ref, fields, extra = {} }): Named => {
    const slash = ref.indexOf('/')
    const change = { kind: ref.slice(0, slash), id: ref.slice(slash + 1), fields, extra }
    checkCharacters(ref, [fields, extra])
    return change
  })
  const rules = parts.filter((part) => part.kind === 'rule')
  const file = rules.length > 0 ? read('rules.yaml') : undefined
  const taken = new Set([...(file === undefined ? [] : itemsOf('rules.yaml', file, 'rules')).map((item) => (isRecord(item) ? String(item['key']) : '')), ...rules.map((rule) => rule.id)])
  const keys = new Map<string, string>()
  for (const { id, fields } of rules) {
    if (RULE_KEY.test(id) || fields === null) continue
    const key = ruleKey(String(fields['text']), taken)
    taken.add(key)
    keys.set(id, key)
  }
  return parts.map((part) => {
    if (part.kind === 'rule') return { ...part, id: keys.get(part.id) ?? part.id }
    const order = part.kind === 'rule-order' ? part.fields?.['order'] : undefined
    return Array.isArray(order) ? { ...part, fields: { order: order.map((id) => keys.get(String(id)) ?? id) } } : part
  })
}

function checkCharacters(ref: string, value: Value): void {
  if (typeof value === 'string' && isUnwanted(value)) {
    fail(EXIT.invalid, 'unwanted-character', `${ref} holds a control character, or one that turns text around, and a file can't.`, { hint: 'Change it in Mastodon first.' })
  }
  if (value instanceof Object) for (const inner of Object.values(value)) checkCharacters(ref, inner)
}

const defined = (written: Written): Item => Object.fromEntries(Object.entries(written).filter((entry): entry is [string, Value] => entry[1] !== undefined))

function wantedOf(shape: Shape, { fields, extra }: { fields: Fields; extra: Fields }): Written {
  const outdated = Object.fromEntries(shape.outdated(fields).map((key) => [key, undefined]))
  const beside = Object.fromEntries(Object.entries(extra).map(([key, value]) => [key, value ?? undefined]))
  return { ...shape.write(fields), ...outdated, ...beside }
}

function listEdits(shape: Shape, text: string, changes: readonly Named[], context: Context): readonly Edit[] {
  const root = meaning(open(shape.file, text))
  const document: Item = isRecord(root) ? root : {}
  const listed = document[shape.list]
  const items: readonly Value[] = Array.isArray(listed) ? listed : []
  const nameOf = (item: Value): string => shape.normal(isRecord(item) ? String(item[shape.name]) : '')
  const indexes = new Map(items.map((item, index) => [nameOf(item), index]))
  const fresh: Item[] = []
  const edits = changes.flatMap(({ kind, id, fields, extra }): readonly Edit[] => {
    if (kind === 'role' && id === 'everyone') return everyoneEdits(document['everyone'], fields)
    const index = indexes.get(shape.normal(id))
    if (fields === null) return index === undefined ? [] : [{ op: 'remove', path: [shape.list, index] }]
    const wanted = wantedOf(shape, { fields, extra })
    const item = index === undefined ? undefined : items[index]
    if (index !== undefined && isRecord(item)) return itemEdits([shape.list, index], item, wanted, context)
    fresh.push(withLongText({ [shape.name]: shape.display(id), ...defined(wanted) }, id, context))
    return []
  })
  return [...edits, ...additions(shape, items, fresh, nameOf, listed === undefined && changes.length === 0)]
}

function itemEdits(base: readonly (string | number)[], item: Item, wanted: Written, { read, texts, now }: Context): readonly Edit[] {
  const reference = item['text']
  const { text, ...others } = wanted
  const file = isRecord(reference) ? String(reference['file']) : undefined
  if (file !== undefined && typeof text === 'string' && !alike('text', read(file), text)) texts.set(file, endOfLine(text))
  const ended = now !== undefined && !('until' in wanted) && typeof item['until'] === 'string' && Date.parse(item['until']) <= now.getTime()
  return fieldEdits(base, item, { ...(file === undefined ? wanted : others), ...(ended ? { until: undefined } : {}) })
}

const endOfLine = (text: string): string => `${text.trimEnd()}\n`
const isLong = (text: string): boolean => text.includes('\n') || text.length > LONG

/** Terms go into a file of their own. */
function withLongText(item: Item, id: string, { texts }: Context): Item {
  const { text } = item
  if (!('effective_date' in item) || typeof text !== 'string' || !isLong(text)) return item
  const file = `terms-${id}.md`
  texts.set(file, endOfLine(text))
  return { ...item, text: { file } }
}

function additions(shape: Shape, items: readonly Value[], fresh: readonly Item[], nameOf: (item: Value) => string, bare: boolean): readonly Edit[] {
  if (bare) return [{ op: 'set', path: [shape.list], value: [] }]
  if (!shape.sort) return fresh.map((item) => ({ op: 'add', list: [shape.list], item }))
  const sorted = fresh.toSorted(shape.sort)
  return sorted.map((item) => {
    const before = items.length === 0 ? undefined : placeOf(items, item, nameOf)
    return { op: 'add', list: [shape.list], item, ...(before === undefined ? {} : { before }) }
  })
}

function everyoneEdits(before: Value | undefined, fields: Fields | null): readonly Edit[] {
  if (fields === null) return before === undefined ? [] : [{ op: 'remove', path: ['everyone'] }]
  const { permissions = [], collection_limit: limit } = fields
  const wanted: Item = { permissions, ...(limit === undefined ? {} : { collection_limit: limit }) }
  return isRecord(before) ? fieldEdits(['everyone'], before, wanted) : [{ op: 'set', path: ['everyone'], value: wanted }]
}

function settingEdits(text: string, changes: readonly Named[], { read, texts }: Context): readonly Edit[] {
  const root = meaning(open('settings.yaml', text))
  const settings = isRecord(root) && isRecord(root['settings']) ? root['settings'] : {}
  return changes.flatMap(({ id, fields }): readonly Edit[] => {
    const path = ['settings', id]
    const before = settings[id]
    if (fields === null) return before === undefined ? [] : [{ op: 'remove', path }]
    const value = fields['value'] ?? null
    const file = isRecord(before) ? String(before['file']) : before === undefined && typeof value === 'string' && isLong(value) ? LONG_SETTINGS[id] : undefined
    if (file === undefined || typeof value !== 'string') return id in settings && alike(id, before, value) && (before === false) === (value === false) ? [] : [{ op: 'set', path, value }]
    if (!alike(id, read(file), value)) texts.set(file, endOfLine(value))
    return before === undefined ? [{ op: 'set', path, value: { file } }] : []
  })
}

/** Puts the rules into the order given; those that it doesn't name keep their places. */
function orderEdits(text: string, changes: readonly Named[]): readonly Edit[] {
  const keys = itemsOf('rules.yaml', text, 'rules').map((item) => (isRecord(item) ? String(item['key']) : ''))
  const order = changes.at(-1)?.fields?.['order']
  const wanted = Array.isArray(order) ? order.map(String).filter((key) => keys.includes(key)) : []
  const named = new Set(wanted)
  const next = wanted[Symbol.iterator]()
  const sorted = keys.map((key) => (named.has(key) ? (next.next().value ?? key) : key))
  if (sorted.every((key, index) => key === keys[index])) return []
  return [{ op: 'order', list: ['rules'], order: sorted.map((key) => keys.indexOf(key)) }]
}
