import { accountId } from '../../providers/mastodon/kinds/accounts.ts'
import type { DescribedKind } from '../../providers/described.ts'
import { KINDS } from '../../providers/kinds.ts'
import { refOf } from '../../reconcile/object-ref.ts'
import type { Desired, LiveObject } from '../../reconcile/objects.ts'
import type { Kind } from '../../reconcile/kind.ts'
import type { PlanWithInput } from '../../reconcile/reconciler.ts'
import type { Session } from '../../session/session.ts'
import { type AdoptOptions, type AdoptSelection, objectsIn } from './changes.ts'
import { optionFor } from './on-request.ts'
import { actingAccountLeft, kindLeft, privateCommentsLeft, unreadableFiles } from './texts.ts'

interface Asked {
  readonly asked: AdoptSelection
  readonly desired: ReadonlyMap<string, Desired>
  readonly planned: PlanWithInput
  readonly readable: (kind: Kind) => boolean
}

/** Sentences on what was not adopted, unless a person chose that by naming objects. */
export function leftOut(
  what: readonly string[],
  { config }: Session,
  { asked, desired, planned, readable }: Asked,
  { privateComments }: AdoptOptions,
): string[] {
  const { observed } = planned.input.live
  const liveOf = (kind: string): readonly LiveObject[] => {
    const seen = observed.get(kind)
    return seen?.state === 'complete' ? seen.objects : []
  }
  const unwritable = [...asked.keys()].flatMap((kind) => {
    const seen = observed.get(kind)
    return seen?.state === 'complete' ? (seen.unwritable ?? []) : []
  })
  const left = what.length > 0 ? [] : KINDS.filter((kind) => !asked.has(kind.name))
  const whole = KINDS.filter(({ name }) => asked.get(name) === 'all')
  const closed = new Set(left.filter((kind) => !readable(kind)).flatMap((kind) => kind.sources))
  const notes = whole.flatMap((kind) => withMore(kind, liveOf(kind.name), desired.get(kind.name))).length
  const acting = config.acting_account
  return [
    // What can be read and was not adopted has an option.
    ...left.filter(readable).map((kind) => kindLeft(kind.title.many, optionFor(kind))),
    ...(acting === undefined
      ? []
      : whole
          .filter(({ name }) => liveOf(name).some(({ spared }) => spared))
          .map(({ name, shape: { file } }) =>
            actingAccountLeft({
              account: acting.replace(/^@/, ''),
              file,
              ref: refOf({ kind: name, id: accountId(acting) }),
            }),
          )),
    ...(closed.size > 0 ? [unreadableFiles([...closed])] : []),
    ...(privateComments !== true && notes > 0 ? [privateCommentsLeft(notes)] : []),
    ...unwritable,
  ]
}

/** The objects with a value on the server that is adopted only on request, and that the files do not have. */
function withMore(
  { fields }: DescribedKind,
  live: readonly LiveObject[],
  desired: Desired | undefined,
): readonly LiveObject[] {
  const onRequest = fields.filter((field) => field.onRequest === true).map(({ name }) => name)
  const held = new Map(objectsIn(desired).map((object) => [object.id, object.fields]))
  return live.filter((object) =>
    onRequest.some((name) => (object.fields[name] ?? '') !== '' && held.get(object.id)?.[name] === undefined),
  )
}
