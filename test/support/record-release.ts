import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { githubFiles, UNFILLED } from '../../src/setup/init/github.ts'
import { digestOf } from '../../src/setup/init/update.ts'
import { schemaTexts } from '../../src/setup/init/write.ts'

// Writes down what this version's `init` writes, so that later versions know these files from edited ones.
const ROOT = join(import.meta.dirname, '../..')
const RELEASED = join(ROOT, 'src/setup/init/released.json')
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly version: string }
const files = [...(await githubFiles(UNFILLED, 'own')), ...(await schemaTexts())].filter(
  ([path]) => !/pull_request_template|dependabot/.test(path),
)
const all = JSON.parse(readFileSync(RELEASED, 'utf8')) as object
const digests = Object.fromEntries(files.map(([path, text]) => [path, digestOf(text)]))
writeFileSync(RELEASED, `${JSON.stringify({ ...all, [version]: digests }, null, 2)}\n`)
