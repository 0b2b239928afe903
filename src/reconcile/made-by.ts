import type { Step } from './plan/types.ts'

/** The id that a step's digest binds: the server's, or the object whose step makes it. */
export const boundId = ({ serverId, madeBy }: Pick<Step, 'serverId' | 'madeBy'>): string | null =>
  serverId ?? (madeBy === undefined ? null : `made by ${madeBy}`)
