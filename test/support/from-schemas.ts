import { writeFile } from 'node:fs/promises'
import { generated } from '../../src/instance/generate.ts'
import { KINDS } from '../../src/providers/kinds.ts'

const ROOT = new URL('../../', import.meta.url)

// It stands here since `src/instance/` sees no kinds.
for (const [path, text] of await generated(ROOT, KINDS)) await writeFile(new URL(path, ROOT), text)
