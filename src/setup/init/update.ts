import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MODERATED } from '../../instance/files.gen.ts'
import { githubFiles, OWN_ACTION, UNFILLED, type Approvers } from './github.ts'
import { parsePin, type Pin } from './pin.ts'
import released from './released.json' with { type: 'json' }
import { schemaTexts } from './write.ts'

/** A file that `init` writes, as it is in a repository and as this Herdbook writes it. */
export interface GeneratedFile {
  readonly path: string
  /** null where it is not there. */
  readonly before: string | null
  readonly after: string
}

/**
 * `current`: as this Herdbook writes it. `older`: as an earlier one wrote it, and nobody edited it. `edited`: neither.
 * `new`: no earlier one wrote it. `removed`: an earlier one wrote it, and a person took it away.
 */
export type GeneratedFileState = 'current' | 'older' | 'edited' | 'new' | 'removed'

export type ComparedFile = GeneratedFile & { readonly state: GeneratedFileState }

/** The digests of what each release wrote, by version and path. */
const RELEASED: { readonly [version: string]: { readonly [path: string]: string } } = released

const USES = /uses: (\S+?)\/\.github\/actions\/herdbook@([0-9a-f]{40})(?: # \S+)?/g

/** A file without what differs from one repository to the next: the pin of the action, and who approves. */
export const normalised = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replaceAll(USES, `uses: ${OWN_ACTION}`)
    .replaceAll(/(?: @[\w/.-]+)+(?=\n|$)/g, ' @')

/** How a release is known by what it wrote. */
export const digestOf = (text: string): string => createHash('sha256').update(normalised(text)).digest('hex')

/** Compares what is there with what this Herdbook writes, by path. */
export function compare(there: ReadonlyMap<string, string>, fresh: ReadonlyMap<string, string>): ComparedFile[] {
  return [...fresh].map(([path, after]) => {
    const before = there.get(path) ?? null
    return { path, before, after, state: stateOf(path, before, after) }
  })
}

function stateOf(path: string, before: string | null, after: string): GeneratedFileState {
  const earlier = Object.values(RELEASED).flatMap((files) => files[path] ?? [])
  if (before === null) return earlier.length === 0 ? 'new' : 'removed'
  if (before === after) return 'current'
  if (normalised(before) === normalised(after)) return 'older'
  return earlier.includes(digestOf(before)) ? 'older' : 'edited'
}

/** The texts of those of the files that are there. */
export async function readThere(dir: string, paths: Iterable<string>): Promise<Map<string, string>> {
  const texts = await Promise.all(
    [...paths].map(async (path) => [path, await readFile(join(dir, path), 'utf8').catch(() => null)] as const),
  )
  return new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, text]])))
}

/** The action that workflows use; null where they use none, or one that has no commit. */
export function pinIn(workflows: Iterable<string>): Pin | 'own' | null {
  for (const text of workflows) {
    if (text.includes(`uses: ${OWN_ACTION}`)) return 'own'
    const [[, repository = '', commit = ''] = []] = text.matchAll(USES)
    const pin = parsePin(`${repository}@${commit}`)
    if (pin !== null) return pin
  }
  return null
}

/** Who approves, by a CODEOWNERS that `init` wrote. */
export function approversIn(codeowners: string): Approvers {
  const handlesOf = (pattern: string): string[] =>
    codeowners
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([first]) => first === pattern)
      .flatMap(([, ...handles]) => handles)
  const owners = handlesOf('*')
  // An older one does not name files of newer kinds.
  const [line = []] = MODERATED.map((name) => handlesOf(`/instance/${name}`)).filter((handles) => handles.length > 0)
  const moderators = line.filter((handle) => !owners.includes(handle))
  return owners.length === 0 ? UNFILLED : { owners: owners.join(' '), moderators: moderators.join(' ') }
}

const CODEOWNERS = '.github/CODEOWNERS'

export const isWorkflow = (path: string): boolean => path.startsWith('.github/workflows/')

/** `init` begins these, and they belong to the repository from then on. */
const isTheirs = (path: string): boolean => /pull_request_template|dependabot/.test(path)

/**
 * What `init` would write into a folder, beside what is there. Workflows are left out where `pinFor` knows no commit
 * for them.
 */
export async function compareIn(
  dir: string,
  pinFor: (used: Pin | null) => Promise<Pin | null>,
): Promise<{ readonly compared: readonly ComparedFile[]; readonly isPinned: boolean }> {
  const drafts = new Map(await githubFiles({ owners: '', moderators: '' }, 'own'))
  const there = await readThere(dir, drafts.keys())
  const used = pinIn([...there].filter(([path]) => isWorkflow(path)).map(([, text]) => text))
  const pin = used === 'own' ? 'own' : await pinFor(used)
  const isWanted = (path: string): boolean =>
    used === null ? path === CODEOWNERS && there.has(path) : !isTheirs(path) && (pin !== null || !isWorkflow(path))
  const approvers = approversIn(there.get(CODEOWNERS) ?? '')
  const github = (await githubFiles(approvers, pin ?? 'own')).filter(([path]) => isWanted(path))
  const all = new Map([...github, ...(await schemaTexts())])
  return { compared: compare(await readThere(dir, all.keys()), all), isPinned: used === null || pin !== null }
}
