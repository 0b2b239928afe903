import type { ObjectRef, Step } from './types.ts'

/** How the id of an object is bound that another step of the same plan makes, while it has none. */
const madeBy = (ref: ObjectRef): string => `made by ${ref}`

/** The id that a step's digest binds: the server's own, or which step makes it. */
export const boundId = ({ serverId }: Pick<Step, 'serverId'>, maker: ObjectRef | undefined): string | null =>
  serverId ?? (maker === undefined ? null : madeBy(maker))

/**
 * A step that was planned anew after an object was made, as it was approved before: its id is bound by the step that
 * made it in this run, where that is one that it needs. Ids of other objects are only alike by chance.
 */
export function asApproved<One extends Pick<Step, 'serverId'>>(
  step: One,
  needs: readonly ObjectRef[],
  made: ReadonlyMap<ObjectRef, string>,
): One {
  const maker = step.serverId === null ? undefined : needs.find((ref) => made.get(ref) === step.serverId)
  return maker === undefined ? step : { ...step, serverId: madeBy(maker) }
}
