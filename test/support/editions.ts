import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson } from '../../src/reconcile/digest.ts'
import type { Compiler, Edition } from '../../src/reconcile/plan/editions.ts'
import { byText } from '../../src/reconcile/equal.ts'

/** What an edition makes of an input; where in the file it stands is no part of it. */
function outputOf<Input>({ compile }: Edition<Input>, input: Input): string {
  const objects = compile(input)
    .toSorted((a, b) => byText(a.id, b.id))
    .map(({ source: _source, ...object }) => object)
  return `${JSON.stringify(JSON.parse(canonicalJson(objects)), null, 2)}\n`
}

/**
 * Holds what every edition of a compiler makes of the inputs against the files `EDITION/INPUT.json` in a folder, and
 * throws with all
 * that differs. A file that is not there is written, for a person to look at and commit; none is ever written over.
 */
export function checkEditions<Input>(
  folder: string,
  { file, editions }: Compiler<Input>,
  inputs: { readonly [name: string]: Input },
): void {
  const [first, second] = editions
  const wrong = [
    ...(second !== undefined && second.number !== first.number + 1
      ? [`The editions of ${file} are ${first.number} and ${second.number}: the later is to be ${first.number + 1}.`]
      : []),
    ...editions.flatMap((edition) =>
      Object.entries(inputs).flatMap(([name, input]) =>
        compared(
          join(folder, String(edition.number)),
          name,
          outputOf(edition, input),
          `Edition ${edition.number} of ${file}`,
        ),
      ),
    ),
  ]
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
}

function compared(folder: string, name: string, output: string, whose: string): string[] {
  const path = join(folder, `${name}.json`)
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path, output, { flag: 'wx' })
    return [`${path} was not there, and is written now: look at it, and commit it.`]
  }
  return readFileSync(path, 'utf8') === output
    ? []
    : [`${whose} makes something else of ${name} than in ${path}. Released editions stay as they are: add another one.`]
}
