import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import type { Instance, Source } from '../instance/instance.ts'
import { byText, equal } from './equal.ts'
import type { LedgerEntry } from './ledger/types.ts'
import { checkReferences, holdsOne } from './plan/references.ts'
import type { LeftObject, Desired, DesiredObject } from './objects.ts'
import type { Step } from './plan/types.ts'

/** What one file of the instance says of a kind. What a file that is not managed holds counts for nothing. */
export interface Claim {
  readonly source: string
  readonly managed: boolean
  readonly objects: readonly DesiredObject[]
  /** Objects of the kind that the file leaves alone. */
  readonly leftAlone?: readonly LeftObject[]
}

/** What a kind makes of the files: a claim of each file that may feed it. */
export interface Claims {
  readonly claims: readonly Claim[]
  /** `delete` where the files claim to be the whole list, for objects that they do not name. */
  readonly others: 'leave' | 'delete'
  /** Why some of them can't be made objects of, such as an edition that nobody knows. */
  readonly findings?: readonly Diagnostic[]
}

/** The claim of a kind that one file alone feeds; `objects` is undefined where that does not manage it. */
export const claimOf = (
  source: string,
  objects: readonly DesiredObject[] | undefined,
  others: Claims['others'] = 'leave',
): Claims => ({ claims: [{ source, managed: objects !== undefined, objects: objects ?? [] }], others })

/** A kind, as far as its files go. The first is the one that it had when it had one: what the ledger says nothing of comes from there. */
export interface Fed {
  readonly name: string
  readonly sources: readonly [string, ...string[]]
}

/** What has a place in the files: an object of theirs, or a step. */
export interface Placed {
  readonly source?: Source
  readonly alsoIn?: readonly Source[]
}

/** The desired state of all kinds. Throws a HerdbookError (exit 9) with what files contradict each other in and what nothing can be made of, all at once. */
export function mergeAll(all: ReadonlyMap<string, Claims>, position: Instance['position']): Map<string, Desired> {
  const merged = [...all].map(([kind, claims]) => ({ kind, ...mergeClaims(kind, claims, position) }))
  const findings = merged.flatMap(({ kind, desired, findings: apart }) => [
    ...apart,
    ...wrongReferences(kind, desired, (name) => all.has(name), position),
  ])
  if (findings.length > 0) throw new HerdbookError(EXIT.invalid, findings)
  return new Map(merged.map(({ kind, desired }) => [kind, desired]))
}

/** The references of a kind that can't be read, or are of no kind that there is. */
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

/** The claims of a kind as one desired state, and what is wrong with them. Of an object that they do, the first one stands. */
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
      // A file that is managed no longer may have named what no other does.
      others: managed.length === claims.length ? others : 'leave',
      managed: new Set(managed.map(({ source }) => source)),
      ...(leftAlone.length === 0 ? {} : { leftAlone }),
    },
    findings: [...findings, ...[...again].flatMap(([id, rest]) => whereTheyDiffer(kind, once.get(id), rest, position))],
  }
}

function objectsIn({ source, objects }: Claim): readonly DesiredObject[] {
  const stray = objects.find((object) => object.source.file !== source)
  if (stray) throw new TypeError(`A claim of ${source} holds an object of ${stray.source.file}`)
  return objects
}

/** The first of each object, and what was said of it again: of most of 100,000 nothing. */
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
  const what = fields.size === 0 ? '' : `: ${[...fields].sort(byText).join(', ')}`
  return [
    {
      code: 'claims-differ',
      severity: 'error',
      about: `${kind}/${first.id}`,
      message: `${kind}/${first.id} stands in the files twice, with different values (${listed([...new Set(places)])})${what}`,
      at: position(first.source),
      hint: 'Keep it in one place, or write the same in both.',
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

/** Every place in the files that says it, the first one first. */
export const placesOf = ({ source, alsoIn = [] }: Placed): readonly Source[] =>
  source === undefined ? [] : [source, ...alsoIn]

/** The files that an entry of the ledger came from. */
export const filesOfEntry = ({ sources: [first] }: Fed, { sources }: Pick<LedgerEntry, 'sources'>): readonly string[] =>
  sources ?? [first]

/** Files, as they are written down: not at all where they are the kind's first alone. */
const besides = ({ sources: [first] }: Fed, files: readonly string[]): readonly string[] | undefined =>
  files.length === 0 || (files.length === 1 && files[0] === first) ? undefined : files

const sorted = (files: readonly string[]): string[] => [...new Set(files)].sort(byText)

/** How the ledger has the files of an object. */
export function sourcesInLedger(kind: Fed, object: Placed): Pick<LedgerEntry, 'sources'> {
  const sources = besides(kind, sorted(placesOf(object).map(({ file }) => file)))
  return sources === undefined ? {} : { sources }
}

/** The files that a change of an object is about: those that say it now and those that it came from; where there are none, all that could. Whose the strictest of them is decides. */
export function filesBehind(kind: Fed, object: Placed, entry?: Pick<LedgerEntry, 'sources'>): readonly string[] {
  const files = [...placesOf(object).map(({ file }) => file), ...(entry ? filesOfEntry(kind, entry) : [])]
  return sorted(files.length === 0 ? kind.sources : files)
}

/** The same, as a step has them. */
export function filesInStep(kind: Fed, object: Placed, entry?: Pick<LedgerEntry, 'sources'>): Pick<Step, 'files'> {
  const files = besides(kind, filesBehind(kind, object, entry))
  return files === undefined ? {} : { files }
}

/** The files that a step goes by. */
export const filesOfStep = ({ sources: [first] }: Fed, { files }: Pick<Step, 'files'>): readonly string[] =>
  files ?? [first]

/** What becomes of an object that the ledger knows, by its files: `gone` where they are managed and do not yield it any more, `released` where one of them is not managed. */
export function fateOf(
  kind: Fed,
  entry: Pick<LedgerEntry, 'sources'>,
  { yielded, managed }: { readonly yielded: boolean; readonly managed: ReadonlySet<string> },
): 'yielded' | 'gone' | 'released' {
  if (yielded) return 'yielded'
  return filesOfEntry(kind, entry).every((file) => managed.has(file)) ? 'gone' : 'released'
}
