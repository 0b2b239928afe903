import { shellWord } from '../instance/shell-word.ts'
import { placesOf } from '../reconcile/claims.ts'
import type { WayOut, Difference } from '../reconcile/plan/types.ts'

/** A way out of a difference: a command to type, or a line for a file. */
export interface WayOutCommand {
  readonly way: WayOut
  readonly text: string
  /** What that means: "uses the files' version". */
  readonly means: string
}

const USUAL: readonly WayOut[] = ['adopt', 'restore']

/** Whether a difference has this way out. */
export const hasWay = ({ ways = USUAL }: Difference, way: WayOut): boolean => ways.includes(way)

/** The ways out of a difference, in words. */
export function waysOutOf(difference: Difference): WayOutCommand[] {
  const ref = `${difference.kind}/${difference.id}`
  const files = [...new Set(placesOf(difference).map(({ file }) => file))]
  const all: WayOutCommand[] = [
    { way: 'adopt', text: `herdbook adopt ${shellWord(ref)}`, means: "keeps the server's version" },
    { way: 'restore', text: `herdbook restore ${shellWord(ref)}`, means: "uses the files' version" },
    {
      way: 'left_alone',
      text: `left_alone: [${JSON.stringify(ref)}]`,
      means: `in ${files.length === 0 ? 'its file' : files.join(' and ')} tells Herdbook to leave it alone from now on`,
    },
  ]
  return all.filter(({ way }) => hasWay(difference, way))
}
