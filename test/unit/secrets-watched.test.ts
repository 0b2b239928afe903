import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { watchSecrets } from '../../src/session/instance-folder.ts'
import type { InstanceFile } from '../../src/instance/documents.ts'

interface Node {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: { readonly [key: string]: Node }
  readonly items?: Node
  readonly patternProperties?: { readonly [pattern: string]: Node }
  readonly $defs?: { readonly [name: string]: Node }
}

const SCHEMA = JSON.parse(readFileSync(new URL('../../schema/instance.schema.json', import.meta.url), 'utf8')) as Node

const SECRET = '#/$defs/secret'

/** A document in which each secret that the schema knows is named, by the path of its field. */
function everySecret(node: Node, path: string, named: Map<string, string>): unknown {
  if (node.$ref === SECRET) {
    const env = `SECRET_${named.size}`
    named.set(env, path)
    return { env }
  }
  if (node.$ref !== undefined) return everySecret(SCHEMA.$defs?.[node.$ref.slice('#/$defs/'.length)] ?? {}, path, named)
  if (node.items) return [everySecret(node.items, `${path}.0`, named)]
  const keys = { ...node.properties, ...(node.patternProperties && { any: Object.values(node.patternProperties)[0] }) }
  if (Object.keys(keys).length === 0) return 'something else'
  return Object.fromEntries(
    Object.entries(keys).map(([key, one]) => [key, everySecret(one ?? {}, `${path}.${key}`, named)]),
  )
}

/** Everywhere in the schema that a secret may stand, by whatever keyword leads there. */
const placesOf = (node: unknown): number =>
  typeof node !== 'object' || node === null
    ? 0
    : Object.values(node).reduce<number>(
        (sum, one) => sum + placesOf(one),
        '$ref' in node && node.$ref === SECRET ? 1 : 0,
      )

describe('secrets of instance.yaml', () => {
  const named = new Map<string, string>()
  const document = everySecret(SCHEMA, 'instance', named) as InstanceFile

  test('every place of the schema is in the document', () => {
    expect(named.size).toBeGreaterThanOrEqual(7)
    expect(named.size).toBeGreaterThanOrEqual(placesOf(SCHEMA))
  })

  test('each is watched for, wherever the schema lets it stand', async () => {
    const env = Object.fromEntries(
      [...named].map(([name, path]) => [name, createHash('sha256').update(path).digest('hex')]),
    )
    const secrets = openSecrets(env)
    await watchSecrets({ secrets }, document)
    const missed = [...named].filter(([name]) => {
      try {
        return secrets.abortOnSecret(`it says ${env[name]} here`) !== ''
      } catch {
        return false
      }
    })
    expect(missed.map(([, path]) => path)).toEqual([])
  })

  test('what is no secret is not read as one', async () => {
    const secrets = openSecrets({})
    await watchSecrets({ secrets }, { domain: 'herd.example', forge: { github: 'herd/herd' } })
    expect(secrets.abortOnSecret('herd.example and herd/herd')).toBe('herd.example and herd/herd')
  })
})
