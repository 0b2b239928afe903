import type { Command } from '@commander-js/extra-typings'
import { EXIT, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { newFile, type FileEdit } from '../instance/edit/objects.ts'
import { accountId } from '../providers/mastodon/kinds/community/accounts.ts'
import { KINDS } from '../providers/index.ts'
import { whyUnread } from '../reconcile/findings.ts'
import type { Provider } from '../reconcile/provider.ts'
import { desiredOf, NO_WISHES, planNow, type Planned } from '../reconcile/reconciler.ts'
import type { Kind } from '../reconcile/kind.ts'
import type { Desired } from '../reconcile/objects.ts'
import { count, listed } from '../words/text.ts'
import { checkFolder, editsFor, settle, type Draft } from '../session/write-instance.ts'
import { note, tell, type Io } from '../session/io.ts'
import { withoutOdd } from './adopt/unwritable.ts'
import { parseRef, sourceOf, textsOf } from '../session/options.ts'
import { subjectOf } from '../session/planning.ts'
import { connectTo } from '../session/connect.ts'
import { withProgress } from '../session/progress.ts'
import { openSession, type Session } from '../session/session.ts'
import { type AdoptOptions, type Asked, adoption, objectsIn } from './adopt/changes.ts'

const EMPTY = { emptied: 'it was empty on the server when it was adopted' }

/** Lists of which an empty one says something: nothing is blocked, and what is added by hand is told. */
const LISTS = new Set(['domain-block', 'email-domain-block', 'ip-block', 'moderator', 'rule', 'setting'])

/** The files of lists that live has nothing in, where there is none yet. */
function newEmpty(
  there: ReadonlySet<string>,
  asked: Asked,
  {
    input: {
      live: { observed },
    },
  }: Planned,
): readonly FileEdit[] {
  const empty = KINDS.filter((kind) => {
    const o = observed.get(kind.name)
    return (
      LISTS.has(kind.name) &&
      asked.get(kind.name) === 'all' &&
      o?.state === 'complete' &&
      o.objects.every(({ initial, spared }) => initial === true || spared === true)
    )
  })
  return empty
    .filter((kind) => !kind.sources.some((file) => there.has(file)))
    .flatMap((kind) => newFile(kind.name, [], EMPTY))
}

/** So many objects that no file can hold are told with their reasons. */
const TOLD = 20

/** Kinds that are not taken over unless somebody names them: a public repository need not hold them. */
const UNASKED = new Set(['ip-block', 'moderator'])

export const verb = (command: Command, io: Io) =>
  command
    .argument(
      '[what...]',
      'kinds, or objects as KIND/ID (default: everything but IP blocks and moderators that the files do not manage)',
    )
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .option('--private-comments', 'write private comments of blocks into the files, too')
    .option('--ip-blocks', 'take over the IP blocks, too')
    .option('--moderators', 'take over who holds which role, too')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook adopt --moderators\n  herdbook adopt domain-block/spam.example\n\nThe files take what the server has. Nothing is written to the server.',
    )
    .action(async (what, options) => {
      const session = await openSession(io, options.instance, { whole: true })
      tell(io, session.warnings, await sourceOf(session))
      const connected = connectTo(session.config, io, 'plan')
      try {
        const drafted = await withProgress(io, 'Reading the live server', () =>
          draftAdoption(session, connected.providers, what, options),
        )
        for (const line of [...drafted.left, ...drafted.odd.slice(0, TOLD)]) note(io, line)
        if (drafted.odd.length > TOLD)
          note(
            io,
            `${drafted.odd.length - TOLD} more were not taken over for such reasons. Once these are settled, the others are told: herdbook adopt`,
          )
        await settle(io, session, drafted)
        await checkFolder(io, session)
        tell(io, drafted.unread)
        if (drafted.unread.length > 0) io.exit = EXIT.unreadable
      } finally {
        await connected.close()
      }
    })

interface Adoption extends Draft {
  /** What nobody asked for, and objects that no file can hold, in sentences. */
  readonly left: readonly string[]
  readonly odd: readonly string[]
  /** Why some of what was asked for was not read. */
  readonly unread: readonly Diagnostic[]
}

/** The files as live has it, valid or not, and what was left out of them. Throws (exit 10) where nothing, or not what was named, can be read. */
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
  const flags = { 'ip-block': options.ipBlocks, moderator: options.moderators }
  const readable = ({ name }: Kind): boolean => reads.get(name) === true
  const asked = askedFor(what, desiredOf(KINDS, instance, now), flags, readable)
  const desired = wanting(asked, desiredOf(KINDS, instance, now))
  const rules = objectsIn(desired.get('rule')).flatMap(({ id, fields }): [string, string][] =>
    typeof fields['text'] === 'string' ? [[fields['text'], `rule/${id}`]] : [],
  )
  // What the version has against the files, adopting may mend.
  const planned = await planNow({ ...subjectOf(session), errorsFor: () => [] }, providers, NO_WISHES, desired)
  const { plan: seen } = planned
  const unread = seen.findings.filter(whyUnread(seen))
  const some = [...asked.keys()].some((kind) => planned.input.live.observed.get(kind)?.state === 'complete')
  if (unread.length > 0 && (what.length > 0 || !some)) throw new HerdbookError(EXIT.unreadable, unread)
  const { changes, odd } = withoutOdd(adoption(planned, asked, desired, options), new Map(rules))
  const edits = await editsFor(io, session, changes, EMPTY)
  const there = new Set([...(await textsOf(session)).keys(), ...edits.map(({ file }) => file)])
  return {
    edits: [...edits, ...newEmpty(there, asked, planned)],
    said: [`${count(changes.length, 'object', 'objects')} taken over from ${session.config.domain}.`],
    subject: what.length > 0 ? `Adopt ${listed(what)}` : 'Adopt what is live',
    left: leftOut(what, session, asked, desired, planned, readable, options),
    odd,
    unread,
  }
}

function askedFor(
  what: readonly string[],
  desired: ReadonlyMap<string, Desired>,
  flags: { readonly [kind: string]: true | undefined },
  readable: (kind: Kind) => boolean,
): Asked {
  if (what.length === 0) {
    const wanted = (kind: Kind): boolean => readable(kind) && (flags[kind.name] === true || !UNASKED.has(kind.name))
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

/** What the files say, with the kinds that are asked for managed, so that they are read. */
function wanting(asked: Asked, desired: ReadonlyMap<string, Desired>): Map<string, Desired> {
  // A rule goes to its live place, so that their order is read beside them.
  return new Map(
    KINDS.map((kind) => [
      kind.name,
      wanted(
        kind,
        asked.has(kind.name) || (kind.name === 'rule-order' && asked.has('rule')),
        desired.get(kind.name) ?? { state: 'unmanaged' },
      ),
    ]),
  )
}

function wanted(kind: Kind, asked: boolean, desired: Desired): Desired {
  if (!asked) return { state: 'unmanaged' }
  return desired.state === 'managed'
    ? desired
    : { state: 'managed', objects: [], others: 'leave', managed: new Set(kind.sources) }
}

/** What was not taken over, told where nobody chose that by naming what to take. */
function leftOut(
  what: readonly string[],
  session: Session,
  asked: Asked,
  desired: ReadonlyMap<string, Desired>,
  { input }: Planned,
  readable: (kind: Kind) => boolean,
  { privateComments }: AdoptOptions,
): string[] {
  const { observed } = input.live
  const blocks = observed.get('domain-block')
  const held = new Map(objectsIn(desired.get('domain-block')).map(({ id, fields }) => [id, fields]))
  const notes =
    blocks?.state === 'complete'
      ? blocks.objects.filter(
          ({ id, fields }) => fields['private_comment'] !== '' && held.get(id)?.['private_comment'] === undefined,
        ).length
      : 0
  const left = what.length > 0 ? [] : KINDS.filter((kind) => !asked.has(kind.name))
  const acting = session.config.acting_account
  const people = observed.get('moderator')
  const spared =
    acting !== undefined &&
    asked.get('moderator') === 'all' &&
    people?.state === 'complete' &&
    people.objects.some((one) => one.spared)
  const beyond = [...asked.keys()].flatMap((kind) => {
    const seen = observed.get(kind)
    return seen?.state === 'complete' ? (seen.beyond ?? []) : []
  })
  const closed = new Set(left.filter((kind) => !readable(kind)).flatMap((kind) => kind.sources))
  const open = new Set(left.filter(readable).map((kind) => kind.name))
  return [
    ...(open.has('ip-block') ? ['IP blocks were not taken over; --ip-blocks does.'] : []),
    ...(open.has('moderator') ? ['Who holds which role was not taken over; --moderators does.'] : []),
    ...(spared
      ? [
          `@${acting.replace(/^@/, '')} acts here and was not taken over: no list takes its role away. To have it in moderators.yaml: herdbook adopt moderator/${accountId(acting)}`,
        ]
      : []),
    ...(closed.size > 0
      ? [`No connection reads what belongs in ${listed([...closed])}: that needs the database or the console.`]
      : []),
    ...(privateComments !== true && asked.get('domain-block') === 'all' && notes > 0
      ? [
          `${count(notes, 'block has', 'blocks have')} a private comment that the files don't have; --private-comments writes them.`,
        ]
      : []),
    ...beyond,
  ]
}
