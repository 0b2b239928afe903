import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import { issueForms } from '../../src/setup/init/forms.ts'
import { processIo } from '../../src/session/io.ts'
import type { Verbs } from '../../src/command-line/main.ts'
import { EXIT } from '../../src/instance/diagnostic.ts'
import { FILE_NAMES } from '../../src/instance/files.gen.ts'
import { GATES } from '../../src/reconcile/apply/gates.ts'
import { VERBS } from '../../src/verbs/index.ts'

const ROOT = new URL('../../', import.meta.url)
const NOTICE = '<!-- Made by `npm run docs`. Change what it is made from, not this page. -->\n'

interface Schema {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly items?: Schema
  readonly properties?: { readonly [key: string]: Schema }
  readonly patternProperties?: { readonly [pattern: string]: Schema }
  readonly required?: readonly string[]
  readonly default?: string | number | boolean
  readonly $ref?: string
  readonly $defs?: { readonly [name: string]: Schema }
}

type Defs = NonNullable<Schema['$defs']>

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const nameOf = (ref: string): string => ref.replace('#/$defs/', '')
const targetOf = (schema: Schema, defs: Defs): Schema =>
  schema.$ref === undefined ? schema : { ...defs[nameOf(schema.$ref)], ...schema }

/** What is described in one place, since several keys take it. */
const sharedIn = (schema: Schema): string[] =>
  Object.keys(schema.$defs ?? {}).filter(
    (name) =>
      schema.$defs?.[name]?.properties !== undefined && JSON.stringify(schema).split(`"#/$defs/${name}"`).length > 2,
  )

/** A table row for a key and for each key below it. */
function rowsOf(schema: Schema, path: string, defs: Defs, shared: readonly string[], needed = false): string[] {
  const target = targetOf(schema, defs)
  const elsewhere =
    schema.$ref !== undefined && shared.includes(nameOf(schema.$ref)) ? defs[nameOf(schema.$ref)]?.title : undefined
  const kind = elsewhere === undefined ? takes(target, defs) : `[${elsewhere}](#${elsewhere.toLowerCase()})`
  const own =
    path === '' ? [] : [`| \`${path}\` | ${kind} | ${needed ? '**Needed.** ' : ''}${cell(target.description ?? '')} |`]
  return elsewhere === undefined ? [...own, ...below(target, path, defs, shared)] : own
}

function below(
  { items = {}, properties = {}, patternProperties = {}, required = [] }: Schema,
  path: string,
  defs: Defs,
  shared: readonly string[],
): string[] {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const entry = targetOf(items, defs)
  return [
    ...Object.entries(properties).flatMap(([key, value]) =>
      rowsOf(value, at(key), defs, shared, required.includes(key)),
    ),
    ...Object.values(patternProperties).flatMap((value) => rowsOf(value, at('LANGUAGE'), defs, shared)),
    ...(entry.properties ? below(entry, `${path}[]`, defs, shared) : []),
  ]
}

function takes({ type = '', enum: words, items = {}, default: fallback }: Schema, defs: Defs): string {
  const values = words ?? targetOf(items, defs).enum ?? []
  const plain = words
    ? []
    : [
        [type]
          .flat()
          .map((word) => TYPES[word] ?? word)
          .join(' or '),
      ]
  const said = [...plain, ...(values.length > 0 ? [values.map((word) => `\`${word}\``).join(', ')] : [])].join(': ')
  return fallback === undefined ? said : `${said} (default \`${fallback}\`)`
}

const TYPES: { readonly [type: string]: string } = {
  array: 'list',
  object: 'keys',
  string: 'text',
  boolean: '`true`, `false`',
  integer: 'number',
}

const table = (rows: readonly string[]): string =>
  `| key | takes | what it is, and what its absence means |\n|---|---|---|\n${rows.join('\n')}\n`

function section(name: string, schema: Schema): string {
  const [defs, shared] = [schema.$defs ?? {}, sharedIn(schema)]
  const parts = shared.map(
    (def) =>
      `\n### ${defs[def]?.title ?? def}\n\n` +
      `${defs[def]?.description ?? ''}\n\n${table(below(defs[def] ?? {}, '', defs, shared))}`,
  )
  return `## ${name}\n\n${schema.description ?? ''}\n\n${table(rowsOf(schema, '', defs, shared))}${parts.join('')}`
}

async function files(): Promise<string> {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(`schema/${name.replace(/\.yaml$/, '.schema.json')}`, ROOT), 'utf8')) as Schema
  const sections = await Promise.all(FILE_NAMES.map(async (name) => section(name, await read(name))))
  const contents = FILE_NAMES.map((name) => `- [${name}](#${name.replaceAll('.', '')})`).join('\n')
  return (
    `${NOTICE}\n# The files of an instance\n\nEvery file is optional, ` +
    'and a key that is not there is either *the default* or *not managed*: its row says which.\n' +
    `\`[]\` is an entry of a list.\n\n${contents}\n\n${sections.join('\n')}`
  )
}

async function verbs(): Promise<string> {
  const known = Object.entries<Verbs[string]>(VERBS)
  const io = processIo()
  const sections = await Promise.all(
    known.map(async ([name, [summary, load]]) => {
      const { verb } = await load()
      let help = ''
      const command = new Command(`herdbook ${name}`)
        .description(`${summary}.`)
        .configureOutput({ writeOut: (text) => void (help += `\n${text}`), getOutHelpWidth: () => 100 })
      verb(command, io)
      for (const one of [command, ...command.commands]) one.outputHelp()
      return `## ${name}\n\n\`\`\`\n${help.trim().replaceAll(/\n{3,}/g, '\n\n')}\n\`\`\`\n`
    }),
  )
  return (
    `${NOTICE}\n# The verbs\n\n` +
    `${known.map(([name, [summary]]) => `- [${name}](#${name}): ${summary}`).join('\n')}\n\n` +
    `## Exit codes\n\n${exitCodes()}\n${sections.join('\n')}`
  )
}

const MEANING: { readonly [name in keyof typeof EXIT]: string } = {
  ok: 'in sync, or applied',
  defect: 'a defect in Herdbook',
  changes: 'changes are planned',
  drift: 'something was changed or added by hand, and there is nothing else to do',
  conflict: 'something was changed on both sides, or is new to Herdbook and different',
  refused: 'refused: a budget, a consent, an invariant, a pause, or a missing confirmation',
  stale: 'the change is no longer the one that was saved or approved',
  locked: 'another run holds the lock',
  partial: 'partly applied, or the server is not as expected afterwards',
  invalid: 'the files or the command line are not valid',
  red: 'a check is red, and there is nothing else to report',
  unreadable: 'Herdbook cannot read the live server, or Git cannot reach or change the repository',
}

/** The exit codes as a table. */
export function exitCodes(): string {
  const rows = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => `| ${EXIT[name]} | ${MEANING[name]} |`)
  return `| code | what it says |\n|---|---|\n${rows.join('\n')}\n`
}

/** The gates before an apply as a table, in their order; CONTRIBUTING has the same. */
export function gateTable(): string {
  const rows = GATES.map(({ name, exits, codes }) => {
    const told = codes === 'of findings' ? "the findings' own" : codes.map((code) => `\`${code}\``).join(', ')
    return `| ${name} | ${exits.join(', ')} | ${told} |`
  })
  return `| gate | exit | refuses with |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** What `npm run docs` writes, by path. */
export async function documentation(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['.github/reference/files.md', await files()],
    ['.github/reference/verbs.md', await verbs()],
    ...issueForms(),
  ])
}

if (import.meta.main) {
  for (const [path, text] of await documentation()) {
    await mkdir(dirname(new URL(path, ROOT).pathname), { recursive: true })
    await writeFile(new URL(path, ROOT), text)
  }
}
