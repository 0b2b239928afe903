import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { Instance, Source } from '../instance/instance.ts'
import { byText, equal } from './equal.ts'
import type { LedgerEntry } from './ledger/types.ts'
import { checkReferences, holdsOne } from './plan/references.ts'
import type { LeftAloneObject, Desired, DesiredObject } from './objects.ts'
import type { Step } from './plan/types.ts'
import { twiceInFiles } from './texts.ts'

/** What one file of the instance says of a kind. A file that is not managed does not count. */
export interface Claim {
  readonly source: string
  readonly managed: boolean
  readonly objects: readonly DesiredObject[]
  /** Objects of the kind that the file leaves alone. */
  readonly leftAlone?: readonly LeftAloneObject[]
}

/** What a kind makes of the files: a claim for each of its files. */
export interface Claims {
  readonly claims: readonly Claim[]
  /** `delete` if the files claim to be the whole list: then objects that they do not name go. */
  readonly others: 'leave' | 'delete'
  /** Why some files cannot be turned into objects, such as an unknown edition. */
  readonly findings?: readonly Diagnostic[]
}

/** The claims of a kind with one file. `objects`: undefined if the file does not manage the kind. */
export const claimOf = (
  source: string,
  objects: readonly DesiredObject[] | undefined,
  others: Claims['others'] = 'leave',
): Claims => ({ claims: [{ source, managed: objects !== undefined, objects: objects ?? [] }], others })

/** A kind and its files. The first one is its oldest: ledger entries without sources come from it. */
export interface KindSources {
  readonly name: string
  readonly sources: readonly [string, ...string[]]
}

/** An object or a step that has a place in the files. */
export interface SourcedObject {
  readonly source?: Source
  readonly alsoIn?: readonly Source[]
}

/** Merges the claims of all kinds. Throws (exit 9) all contradictions and unusable files at once. */
export function mergeAll(all: ReadonlyMap<string, Claims>, position: Instance['position']): Map<string, Desired> {
  const merged = [...all].map(([kind, claims]) => ({ kind, ...mergeClaims(kind, claims, position) }))
  const findings = merged.flatMap(({ kind, desired, findings: apart }) => [
    ...apart,
    ...wrongReferences(kind, desired, (name) => all.has(name), position),
  ])
  if (findings.length > 0) throw new HerdbookError(EXIT.invalid, findings)
  return new Map(merged.map(({ kind, desired }) => [kind, desired]))
}

/** Finds references that cannot be read or name an unknown kind. */
const wrongReferences = (
  kind: string,
  desired: Desired,
  isKind: (name: string) => boolean,
  position: Instance['position'],
): Diagnostic[] =>
  desired.state === 'unmanaged'
    ? []
    : desired.objects
        .filter(({ fields }) => holdsOne(fields))
        .flatMap((object) =>
          checkReferences(kind, object, isKind).map((finding) => ({ ...finding, at: position(object.source) })),
        )

/** Merges the claims of a kind and finds what is wrong. Of an object that is there twice, the first counts. */
export function mergeClaims(
  kind: string,
  { claims, others, findings = [] }: Claims,
  position: Instance['position'],
): { readonly desired: Desired; readonly findings: readonly Diagnostic[] } {
  const managed = claims.filter((claim) => claim.managed).toSorted((a, b) => byText(a.source, b.source))
  if (managed.length === 0) return { desired: { state: 'unmanaged' }, findings }
  const { once, again } = apart(managed)
  const leftAlone = managed.flatMap((claim) => claim.leftAlone ?? [])
  return {
    desired: {
      state: 'managed',
      objects:
        again.size === 0
          ? [...once.values()]
          : [...once.values()].map((object) => withPlaces(object, again.get(object.id))),
      // A file that is no longer managed may have named objects that no other file names.
      others: managed.length === claims.length ? others : 'leave',
      managed: new Set(managed.map(({ source }) => source)),
      ...(leftAlone.length === 0 ? {} : { leftAlone }),
    },
    findings: [...findings, ...[...again].flatMap(([id, rest]) => whereTheyDiffer(kind, once.get(id), rest, position))],
  }
}

function objectsIn({ source, objects }: Claim): readonly DesiredObject[] {
  const stray = objects.find((object) => object.source.file !== source)
  if (stray) throw new TypeError(`Misplaced object: ${stray.source.file}`)
  return objects
}

/** The first of each object, and its repetitions: of most of 100,000 objects there are none. */
function apart(claims: readonly Claim[]): {
  readonly once: ReadonlyMap<string, DesiredObject>
  readonly again: ReadonlyMap<string, readonly DesiredObject[]>
} {
  const once = new Map<string, DesiredObject>()
  const again = new Map<string, DesiredObject[]>()
  for (const claim of claims)
    for (const object of objectsIn(claim)) {
      if (!once.has(object.id)) once.set(object.id, object)
      else if (again.get(object.id)?.push(object) === undefined) again.set(object.id, [object])
    }
  return { once, again }
}

const withPlaces = (object: DesiredObject, again: readonly DesiredObject[] | undefined): DesiredObject =>
  again === undefined ? object : { ...object, alsoIn: again.map(({ source }) => source) }

function whereTheyDiffer(
  kind: string,
  first: DesiredObject | undefined,
  rest: readonly DesiredObject[],
  position: Instance['position'],
): Diagnostic[] {
  if (first === undefined || rest.every((other) => isSame(first, other))) return []
  const fields = new Set(rest.flatMap((other) => fieldsApart(first, other)))
  const places = [first, ...rest].map(({ source }) => position(source)).map(({ file, line }) => `${file} line ${line}`)
  const ref = `${kind}/${first.id}`
  return [
    {
      code: 'claims-differ',
      severity: 'error',
      about: ref,
      ...twiceInFiles({ ref, places: listed([...new Set(places)]), fields: [...fields].sort(byText).join(', ') }),
      at: position(first.source),
    },
  ]
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const isSame = (a: DesiredObject, b: DesiredObject): boolean =>
  equal(a.fields, b.fields) && a.state === b.state && a.formerly === b.formerly && a.consent === b.consent

const fieldsApart = ({ fields: a }: DesiredObject, { fields: b }: DesiredObject): string[] =>
  Object.keys({ ...a, ...b }).filter(
    (field) => !Object.hasOwn(a, field) || !Object.hasOwn(b, field) || !equal(a[field] ?? null, b[field] ?? null),
  )

/** Every place in the files that names it, in order. */
export const placesOf = ({ source, alsoIn = [] }: SourcedObject): readonly Source[] =>
  source === undefined ? [] : [source, ...alsoIn]

/** The files that an entry of the ledger came from. */
export const filesOfEntry = (
  { sources: [first] }: KindSources,
  { sources }: Pick<LedgerEntry, 'sources'>,
): readonly string[] => sources ?? [first]

/** Files as ledger and steps hold them: none if they are only the kind's first. */
const besides = ({ sources: [first] }: KindSources, files: readonly string[]): readonly string[] | undefined =>
  files.length === 0 || (files.length === 1 && files[0] === first) ? undefined : files

const sorted = (files: readonly string[]): string[] => [...new Set(files)].sort(byText)

/** The files of an object as the ledger holds them. */
export function sourcesInLedger(kind: KindSources, object: SourcedObject): Pick<LedgerEntry, 'sources'> {
  const sources = besides(kind, sorted(placesOf(object).map(({ file }) => file)))
  return sources === undefined ? {} : { sources }
}

/** The files behind a change: those that name the object now or made it before; else all of its kind's. */
export function filesBehind(
  kind: KindSources,
  object: SourcedObject,
  entry?: Pick<LedgerEntry, 'sources'>,
): readonly string[] {
  const files = [...placesOf(object).map(({ file }) => file), ...(entry ? filesOfEntry(kind, entry) : [])]
  return sorted(files.length === 0 ? kind.sources : files)
}

/** The same, as a step has them. */
export function filesInStep(
  kind: KindSources,
  object: SourcedObject,
  entry?: Pick<LedgerEntry, 'sources'>,
): Pick<Step, 'files'> {
  const files = besides(kind, filesBehind(kind, object, entry))
  return files === undefined ? {} : { files }
}

/** The files behind a step. */
export const filesOfStep = ({ sources: [first] }: KindSources, { files }: Pick<Step, 'files'>): readonly string[] =>
  files ?? [first]

/** Decides about an object of the ledger: `gone` if all its files are managed and none names it, else `released`. */
export function fateOf(
  kind: KindSources,
  entry: Pick<LedgerEntry, 'sources'>,
  { yielded, managed }: { readonly yielded: boolean; readonly managed: ReadonlySet<string> },
): 'yielded' | 'gone' | 'released' {
  if (yielded) return 'yielded'
  return filesOfEntry(kind, entry).every((file) => managed.has(file)) ? 'gone' : 'released'
}
