import instanceSchema from '../../schema/instance.schema.json' with { type: 'json' }
import type { InstanceFile, Secret } from './documents.ts'
import { followed, inside, type SchemaNode } from './schema.ts'

const SCHEMA: SchemaNode = instanceSchema

/** Every secret that instance.yaml names, wherever its schema says that one may stand. */
export const secretsIn = (config: InstanceFile): readonly Secret[] => secretsBelow(SCHEMA, config)

function secretsBelow(node: SchemaNode, value: unknown): readonly Secret[] {
  const schema = followed(SCHEMA, node)
  if (schema.title === 'Secret') return isSecret(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((one) => secretsBelow(schema.items ?? {}, one))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => secretsBelow(inside(schema, key), one))
}

const isSecret = (value: unknown): value is Secret =>
  typeof value === 'object' && value !== null && ('env' in value || 'file' in value)
