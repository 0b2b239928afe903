import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { compile } from 'json-schema-to-typescript'
import { fingerprint } from './example.ts'
import { ANNOTATION, filesModule, inOrder, KEYWORD, type Schemas } from './generate-files.ts'
import { withKinds, type PolicyKind } from './generate-policy.ts'

const ROOT = new URL('../../', import.meta.url)
const NOTICE = '// Made from schema/ by `npm run generate`. Change the schemas, not this file.\n'

/** The schema of a saved plan is of no file of an instance. */
const OF_NO_FILE = ['plan.schema.json']

const POLICY = 'schema/policy.schema.json'

/** The name of a schema's file: `schema/domain-blocks.schema.json` → `domain-blocks.yaml`. */
const fileOf = (path: string): string => path.replace(/^schema\/(.*)\.schema\.json$/, '$1.yaml')

/** The texts of all schemas of files, by the path of each; the policy's with all kinds. */
async function schemaTexts(root: URL, kinds: readonly PolicyKind[]): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(new URL('schema/', root))).filter((name) => name.endsWith('.schema.json'))
  const read = async (name: string): Promise<[string, string]> => [
    `schema/${name}`,
    await readFile(new URL(`schema/${name}`, root), 'utf8'),
  ]
  const texts = new Map(await Promise.all(names.filter((name) => !OF_NO_FILE.includes(name)).map(read)))
  return texts.set(POLICY, withKinds(texts.get(POLICY) ?? '{}', kinds))
}

const schemasIn = (texts: ReadonlyMap<string, string>): Schemas =>
  inOrder(new Map([...texts].map(([path, text]) => [fileOf(path), JSON.parse(text)])))

/** A description beside a reference would make a type of its own for every use of it. */
function bareReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bareReferences)
  if (typeof node !== 'object' || node === null) return node
  if ('$ref' in node) return { $ref: node.$ref }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, bareReferences(value)]))
}

/** TypeScript types of every file, from one schema that holds them all, so that shared ones stand once. */
async function types(all: Schemas): Promise<string> {
  const files = [...all].map(
    ([file, { $id: _id, $schema: _schema, $defs: _defs, [ANNOTATION]: _said, ...schema }]) => [file, schema] as const,
  )
  const whole = bareReferences({
    title: 'Documents',
    description: 'The files of the instance, parsed, by name. A file or key that is not there is unmanaged.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(files),
    $defs: Object.assign({}, ...[...all.values()].map((schema) => schema.$defs ?? {})),
  })
  const style = { semi: false, singleQuote: true, printWidth: 140 }
  return compile(whole as Parameters<typeof compile>[0], 'Documents', {
    bannerComment: NOTICE,
    additionalProperties: false,
    unreachableDefinitions: false,
    style,
  })
}

/** Validators compiled ahead, so that starting up needs no ajv: the exports are `v0`, `v1`, … gathered by file. */
async function validators(all: Schemas): Promise<string> {
  const ajv = new Ajv2020({
    schemas: [...all.values()],
    keywords: [KEYWORD],
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    allErrors: true,
    messages: false,
    inlineRefs: false,
    // Days and moments are checked by a rule that can say which day is meant.
    formats: { date: true, moment: true },
    code: { source: true, esm: true, lines: true },
  })
  const names = Object.fromEntries([...all.values()].map((schema, index) => [`v${index}`, schema.$id]))
  const table = [...all.keys()].map((file, index) => `  '${file}': v${index},`).join('\n')
  const bundle = await build({
    stdin: {
      contents: `${standalone.default(ajv, names)}\nexport const validators = {\n${table}\n}\n`,
      resolveDir: fileURLToPath(ROOT),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    treeShaking: true,
    minify: true,
    legalComments: 'none',
  })
  return bundle.outputFiles[0]?.text ?? ''
}

/** By what the files of the example are known, so that `init` can tell them from an instance. */
async function example(root: URL): Promise<string> {
  const folder = new URL('instance/', root)
  const names = (await readdir(folder)).toSorted()
  const rows = await Promise.all(
    names.map(async (name) => `  ['${name}', '${fingerprint(await readFile(new URL(name, folder)))}'],`),
  )
  return (
    '// Made from instance/ by `npm run generate`. Change the example, not this file.\n' +
    `export const EXAMPLE: ReadonlyMap<string, string> = new Map([\n${rows.join('\n')}\n])\n`
  )
}

/** What `npm run generate` writes, by path, from what stands in `root` and the registry of kinds. */
export async function generated(root: URL, kinds: readonly PolicyKind[]): Promise<ReadonlyMap<string, string>> {
  const texts = await schemaTexts(root, kinds)
  const all = schemasIn(texts)
  return new Map([
    [POLICY, texts.get(POLICY) ?? ''],
    ['src/instance/schema.gen.ts', await types(all)],
    ['src/instance/files.gen.ts', `${NOTICE}${filesModule(all)}`],
    ['src/instance/example.gen.ts', await example(root)],
    ['src/instance/validate.gen.js', `${NOTICE}/* oxlint-disable */\n${await validators(all)}`],
  ])
}
