import { driftOf, limitsOf } from './generate-texts.ts'

/** What the policy says of a kind. */
export interface PolicyKind {
  readonly name: string
  readonly title: { readonly one: string; readonly many: string; readonly whole?: string }
  readonly drift: 'report' | 'correct'
}

interface Node {
  readonly [keyword: string]: unknown
}

/** The policy's schema with the parts that name every kind; all else in it stays. */
export function withKinds(schema: string, kinds: readonly PolicyKind[]): string {
  const byKey = (nodeOf: (kind: PolicyKind) => Node): Node =>
    Object.fromEntries(kinds.map((kind) => [kind.name.replaceAll('-', '_'), nodeOf(kind)]))
  const budgets = byKey(({ title }) => ({ description: limitsOf(title), $ref: '#/$defs/budget' }))
  const drift = byKey((kind) => ({ description: driftOf(kind), type: 'string', enum: ['report', 'correct'] }))
  const policy: unknown = JSON.parse(schema)
  const replaced = [
    at(['properties', 'budgets', 'properties'], (old) => ({ default: old['default'], ...budgets })),
    at(['properties', 'raises', 'items', 'properties', 'kind'], (old) => ({
      ...old,
      enum: kinds.map(({ name }) => name),
    })),
    at(['properties', 'drift', 'properties'], () => drift),
  ].reduce((node, change) => change(node), policy)
  return `${JSON.stringify(replaced, null, 2)}\n`
}

/** Changes the node at a path, and nothing else. */
const at =
  ([key, ...deeper]: readonly string[], change: (old: Node) => Node) =>
  (node: unknown): Node => {
    const old: Node = { ...Object(node) }
    return key === undefined ? change(old) : { ...old, [key]: at(deeper, change)(old[key]) }
  }
