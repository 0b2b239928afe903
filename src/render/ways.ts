import { typed } from '../instance/typed.ts'
import { placesOf } from '../reconcile/claims.ts'
import type { WayOut } from '../reconcile/editions.ts'
import type { Standoff } from '../reconcile/types.ts'

/** What settles a difference: what to type, or a line for a file. */
export interface Way {
  readonly way: WayOut
  readonly text: string
  /** What that means: "uses the files' version". */
  readonly means: string
}

const MOST: readonly WayOut[] = ['adopt', 'restore']

/** Whether this is a way out of a difference. */
export const hasWay = ({ ways = MOST }: Standoff, way: WayOut): boolean => ways.includes(way)

/** The ways out of a difference, in words. */
export function waysOutOf(standoff: Standoff): Way[] {
  const ref = `${standoff.kind}/${standoff.id}`
  const files = [...new Set(placesOf(standoff).map(({ file }) => file))]
  const all: Way[] = [
    { way: 'adopt', text: `herdbook adopt ${typed(ref)}`, means: "keeps the server's version" },
    { way: 'restore', text: `herdbook restore ${typed(ref)}`, means: "uses the files' version" },
    {
      way: 'left_alone',
      text: `left_alone: [${JSON.stringify(ref)}]`,
      means: `in ${files.length === 0 ? 'its file' : files.join(' and ')} leaves it alone from now on`,
    },
  ]
  return all.filter(({ way }) => hasWay(standoff, way))
}
