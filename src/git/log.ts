import type { Commit, LogOptions } from '../reconcile/repository.ts'
import { failed, type Git } from './git.ts'
import { objectId } from './write-commit.ts'
import { parseTrailers } from './refs.ts'
import { TASKS } from './texts.ts'

/** Nothing in anyone's configuration may add to the output. */
const PLAIN = [
  '-z',
  '--no-show-signature',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--text',
  '--encoding=UTF-8',
]

/** Finds which of these commits add or remove a text in a file. */
export async function changing(
  git: Git,
  path: string,
  text: string,
  commits: readonly string[],
): Promise<readonly string[]> {
  if (commits.length === 0) return []
  const wanted = `-G${text.replace(/[\\.*+?^$()[{|]/g, '\\$&')}`
  const { code, out, err } = await git.run(
    [
      '-c',
      'log.showRoot=true',
      'log',
      ...PLAIN,
      '--format=%H',
      '--no-patch',
      '--no-walk=unsorted',
      wanted,
      '--stdin',
      '--',
      path,
    ],
    commits.map((id) => `${id}\n`).join(''),
  )
  return code === 0 ? out.split('\0').filter((id) => id !== '') : failed(TASKS.compareHistory, err)
}

const FIELDS = ['%H', '%T', '%P', '%an', '%ct', '%s', '%(trailers:only,unfold)']

/** Reads the history of a commit, newest first. */
export async function readLog(
  git: Git,
  from: string,
  { limit, path, after, topological }: LogOptions,
): Promise<Commit[]> {
  const { code, out, err } = await git.run([
    'log',
    ...PLAIN,
    `--format=${FIELDS.join('%x00')}`,
    `--max-count=${limit}`,
    ...(topological ? ['--topo-order'] : []),
    objectId(from),
    ...(after === undefined ? [] : [`^${objectId(after)}`]),
    '--',
    ...(path === undefined ? [] : [path]),
  ])
  if (code !== 0) return failed(TASKS.readHistory, err)
  const cells = out.split('\0')
  return Array.from({ length: Math.floor(cells.length / FIELDS.length) }, (_, i) => {
    const [id = '', tree = '', parents = '', author = '', seconds = '0', subject = '', trailers = ''] = cells.slice(
      i * FIELDS.length,
    )
    return {
      id,
      tree,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      author,
      at: new Date(Number(seconds) * 1000).toISOString(),
      subject,
      trailers: parseTrailers(trailers.split('\n')),
    }
  })
}
