import { EXIT, fail } from '../instance/diagnostic.ts'
import { noSuchKind } from '../instance/edit/texts.ts'
import type { Shape } from '../instance/edit/shapes.ts'
import type { DescribedKind } from './described.ts'
import { KINDS as MASTODON } from './mastodon/kinds/index.ts'

/**
 * All kinds, in the order in which they apply; they delete in its reverse.
 * The order is cloud, storage, host, Mastodon.
 */
export const KINDS: readonly DescribedKind[] = [...MASTODON]

const BY_NAME: ReadonlyMap<string, DescribedKind> = new Map(KINDS.map((kind) => [kind.name, kind]))

/** Finds a kind by its name; undefined for a name from another version. */
export const kindNamed = (name: string): DescribedKind | undefined => BY_NAME.get(name)

/** How the objects of a kind stand in a file. Throws (exit 9) for an unknown kind. */
export const shapeOf = (kind: string): Shape =>
  BY_NAME.get(kind)?.shape ?? fail(EXIT.invalid, 'unknown-kind', noSuchKind(kind))
