import type { FileName } from './documents.ts'
import { SCHEMAS } from './files.gen.ts'
import type { Path } from './yaml/positions.ts'
import { own } from './get-own.ts'

/** What errors tell of a schema. */
export interface SchemaNode {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly items?: SchemaNode
  readonly required?: readonly string[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, SchemaNode>>
}

const schemas: { readonly [F in FileName]: () => Promise<{ readonly default: SchemaNode }> } = SCHEMAS

/** What the schema says of the value at a path, references followed; the use's own description wins. */
export async function schemaAt(file: FileName, path: Path): Promise<SchemaNode> {
  const root = (await schemas[file]()).default
  return path.reduce<SchemaNode>((node, segment) => followed(root, inside(node, segment)), root)
}

/** The node of what stands at a key or in a list; an empty one where the schema knows none. */
export function inside(node: SchemaNode, segment: string | number): SchemaNode {
  if (typeof segment === 'number') return node.items ?? {}
  return own(node.properties, segment) ?? Object.values(node.patternProperties ?? {})[0] ?? {}
}

/** A node with what it refers to; its own words win. */
export function followed(root: SchemaNode, node: SchemaNode): SchemaNode {
  const target = node.$ref === undefined ? undefined : own(root.$defs, node.$ref.replace('#/$defs/', ''))
  return target === undefined ? node : { ...target, ...node }
}
