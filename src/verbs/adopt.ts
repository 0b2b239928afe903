import type { Command, Option } from '@commander-js/extra-typings'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { newFile, type FileEdit } from '../instance/edit/objects.ts'
import { TOO_NEW, type DescribedKind } from '../providers/described.ts'
import { KINDS, shapeOf } from '../providers/kinds.ts'
import { whyUnread } from '../reconcile/findings.ts'
import type { Provider } from '../reconcile/provider.ts'
import { desiredOf, NO_PLAN_OPTIONS, planNow, type PlanWithInput } from '../reconcile/reconciler.ts'
import type { Kind } from '../reconcile/kind.ts'
import type { Desired } from '../reconcile/objects.ts'
import { checkFolder, editsFor, writeDraft, type FilesDraft } from '../session/write-instance.ts'
import { note, tell, type Io } from '../session/io.ts'
import { adopted, adoptSubject, EMPTY_ON_SERVER, HELP, moreLeft } from './adopt/texts.ts'
import { leftOut } from './adopt/left-out.ts'
import { ON_REQUEST, optionsOnRequest } from './adopt/on-request.ts'
import { textOf, withoutOdd } from './adopt/unwritable.ts'
import { INSTANCE_OPTION, READING_SERVER } from '../session/option-texts.ts'
import { parseRef, sourceOf, textsOf } from '../session/options.ts'
import { subjectOf } from '../session/planning.ts'
import { connectTo } from '../session/connect.ts'
import { withProgress } from '../session/progress.ts'
import { openSession, type Session } from '../session/session.ts'
import { type AdoptOptions, type AdoptSelection, adoption, objectsIn, ORDERS } from './adopt/changes.ts'

const EMPTY = { emptied: EMPTY_ON_SERVER }

/** New files for lists that are empty on the server and have no file yet. */
function emptyFiles(
  there: ReadonlySet<string>,
  asked: AdoptSelection,
  {
    input: {
      live: { observed },
    },
  }: PlanWithInput,
): readonly FileEdit[] {
  const empty = KINDS.filter((kind) => {
    const o = observed.get(kind.name)
    return (
      kind.adopt.whenEmpty === true &&
      asked.get(kind.name) === 'all' &&
      o?.state === 'complete' &&
      o.objects.every(({ initial, spared }) => initial === true || spared === true)
    )
  })
  return empty
    .filter((kind) => !kind.sources.some((file) => there.has(file)))
    .flatMap((kind) => newFile(shapeOf, kind.name, [], EMPTY))
}

/** How many objects that no file can hold are listed with their reasons. */
const MAX_ODD = 20

export const verb = (command: Command, io: Io) => {
  const onRequest = optionsOnRequest()
  const adopt = command
    .argument('[what...]', HELP.what(ON_REQUEST.map(({ title }) => title.many)))
    .option('--instance <dir>', INSTANCE_OPTION)
    .option('--private-comments', HELP.privateComments)
    .addHelpText('after', HELP.examples)
    .action(async (what, { instance, privateComments }) => {
      const isAsked = (option: Option): boolean => command.getOptionValue(option.attributeName()) === true
      const kinds = new Set([...onRequest].flatMap(([kind, option]) => (isAsked(option) ? [kind] : [])))
      const session = await openSession(io, instance, { whole: true })
      tell(io, session.warnings, await sourceOf(session))
      const connected = connectTo(session.config, io, 'plan')
      try {
        const drafted = await withProgress(io, READING_SERVER, () =>
          draftAdoption(session, connected.providers, what, { privateComments, kinds }),
        )
        for (const line of [...drafted.left, ...drafted.odd.slice(0, MAX_ODD)]) note(io, line)
        if (drafted.odd.length > MAX_ODD) note(io, moreLeft(drafted.odd.length - MAX_ODD))
        await writeDraft(io, session, drafted)
        await checkFolder(io, session)
        tell(io, drafted.unread)
        if (drafted.unread.length > 0) io.exit = EXIT.unreadable
      } finally {
        await connected.close()
      }
    })
  for (const option of onRequest.values()) command.addOption(option)
  return adopt
}

interface Adoption extends FilesDraft {
  /** Sentences on what was not asked for. */
  readonly left: readonly string[]
  /** Sentences on objects that no file can hold. */
  readonly odd: readonly string[]
  /** Why some kinds that were asked for could not be read. */
  readonly unread: readonly Diagnostic[]
}

/**
 * Drafts files with the server's version, valid or not, and says what was left out.
 * Throws (exit 10) if nothing, or not all that was named, can be read.
 */
export async function draftAdoption(
  session: Session,
  providers: readonly Provider[],
  what: readonly string[],
  options: AdoptOptions = {},
): Promise<Adoption> {
  const { io, instance } = session
  const now = io.now()
  const reads = new Map(
    providers.flatMap(({ kinds, can }) => kinds.map(({ name }) => [name, can('plan').reads(name)] as const)),
  )
  const readable = ({ name }: Kind): boolean => reads.get(name) === true
  const inFiles = desiredOf(KINDS, instance, now)
  const asked = askedFor(what, inFiles, options, readable)
  const desired = withAsked(asked, inFiles)
  // Errors of the Mastodon version are ignored: adopting may fix them.
  const planned = await planNow({ ...subjectOf(session), errorsFor: () => [] }, providers, NO_PLAN_OPTIONS, desired)
  const { plan: seen } = planned
  // What the server is too old for is nothing that is missing, unless somebody wants it.
  const wanted = ({ code, about = '' }: Diagnostic): boolean =>
    code !== TOO_NEW || what.length > 0 || inFiles.get(about)?.state === 'managed'
  const unread = seen.findings.filter(whyUnread(seen)).filter(wanted)
  const some = [...asked.keys()].some((kind) => planned.input.live.observed.get(kind)?.state === 'complete')
  if (unread.length > 0 && (what.length > 0 || !some)) throw new HerdbookError(EXIT.unreadable, unread)
  const { changes, odd } = withoutOdd(adoption(planned, asked, desired, options), textsIn(desired))
  const edits = await editsFor(io, session, changes, EMPTY)
  const there = new Set([...(await textsOf(session)).keys(), ...edits.map(({ file }) => file)])
  return {
    edits: [...edits, ...emptyFiles(there, asked, planned)],
    explanations: [adopted(changes.length, session.config.domain)],
    subject: adoptSubject(what),
    left: leftOut(what, session, { asked, desired, planned, readable }, options),
    odd,
    unread,
  }
}

/** The objects that only their text tells apart on the server, by kind and text. */
function textsIn(desired: ReadonlyMap<string, Desired>): ReadonlyMap<string, string> {
  const keyed = KINDS.filter(({ shape }) => shape.form === 'list' && shape.keyed === true)
  return new Map(
    keyed.flatMap(({ name }) =>
      objectsIn(desired.get(name)).map(({ id, fields }) => [textOf(name, fields), `${name}/${id}`]),
    ),
  )
}

/** Reads what a person named, or picks the kinds to adopt if nothing is named. */
function askedFor(
  what: readonly string[],
  desired: ReadonlyMap<string, Desired>,
  { kinds: onRequest }: AdoptOptions,
  readable: (kind: Kind) => boolean,
): AdoptSelection {
  if (what.length === 0) {
    const wanted = (kind: DescribedKind): boolean =>
      readable(kind) && (kind.adopt.onRequest === undefined || onRequest?.has(kind.name) === true)
    const kinds = KINDS.filter((kind) => wanted(kind) || desired.get(kind.name)?.state === 'managed')
    return new Map(kinds.map((kind) => [kind.name, 'all']))
  }
  const asked = new Map<string, 'all' | Set<string>>()
  for (const text of what) {
    if (KINDS.some((kind) => kind.name === text)) asked.set(text, 'all')
    else {
      const { kind, id } = parseRef(text)
      const ids = asked.get(kind.name)
      if (ids !== 'all') asked.set(kind.name, (ids ?? new Set()).add(id))
    }
  }
  return asked
}

/** The desired state with the kinds that were asked for as managed ones, so that the engine reads them. */
function withAsked(asked: AdoptSelection, desired: ReadonlyMap<string, Desired>): Map<string, Desired> {
  // Objects are adopted in the server's order, so their order is read with them.
  const orders = ORDERS.flatMap(({ order, items }) => (asked.has(items.name) ? [order.name] : []))
  const all = new Set([...asked.keys(), ...orders])
  return new Map(
    KINDS.map((kind) => [
      kind.name,
      asManaged(kind, all.has(kind.name), desired.get(kind.name) ?? { state: 'unmanaged' }),
    ]),
  )
}

function asManaged(kind: Kind, asked: boolean, desired: Desired): Desired {
  if (!asked) return { state: 'unmanaged' }
  return desired.state === 'managed'
    ? desired
    : { state: 'managed', objects: [], others: 'leave', managed: new Set(kind.sources) }
}
