import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { ConsoleConnection, DatabaseConnection } from '../../instance/documents.ts'
import { notAName, NULL_BYTE, oneRuntime } from './texts.ts'

/** Reads a program from stdin, by its length in bytes, and runs it. */
const CONSOLE = ['bin/rails', 'runner', 'eval $stdin.read($stdin.gets.to_i)']
const RAILS = ['env', 'RAILS_ENV=production', 'RAILS_LOG_LEVEL=fatal']
const PSQL = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1']
/** Where rbenv keeps Ruby: a command over SSH gets no login shell's PATH. */
const RUBY = 'export PATH="$HOME/.rbenv/shims:$HOME/.rbenv/bin:$PATH"'

/** Quotes a word for a POSIX shell. */
export function quote(word: string): string {
  if (word.includes('\0')) fail(EXIT.invalid, 'null-byte', NULL_BYTE)
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

const line = (words: readonly string[]): string => words.map(quote).join(' ')

/** Makes the line, as another user if one is named. It runs from /, since that user may not enter this home folder. */
const lineAs = (user: string | undefined, words: readonly string[]): string =>
  line(
    user === undefined
      ? words
      : ['sh', '-c', 'cd / && exec "$@"', 'sh', 'sudo', '-n', '-H', '-u', named(user), '--', ...words],
  )

/** Refuses a name from the instance that programs would read as an option. */
function named(name: string): string {
  if (name.startsWith('-')) fail(EXIT.invalid, 'not-a-name', notAName(name))
  return name
}

const podmanExec = (container: string): string[] => ['podman', 'exec', '--interactive', named(container)]

const kubectl = (pod: { namespace: string; pod: string; container?: string; kubeconfig?: string }): string[] => [
  'kubectl',
  ...(pod.kubeconfig === undefined ? [] : [`--kubeconfig=${pod.kubeconfig}`]),
  `--namespace=${pod.namespace}`,
  'exec',
  '--stdin',
  named(pod.pod),
  ...(pod.container === undefined ? [] : [`--container=${pod.container}`]),
  '--',
]

const compose = (directory: string, service: string): string[] => [
  'docker',
  'compose',
  `--project-directory=${directory}`,
  'exec',
  '-T',
  named(service),
]

const RUNTIMES = ['native', 'podman', 'docker_compose', 'kubernetes'] as const

function exactlyOne<Connection extends { readonly [name in (typeof RUNTIMES)[number]]?: unknown }>(
  name: string,
  connection: Connection,
): Connection {
  const named = RUNTIMES.filter((runtime) => connection[runtime] !== undefined)
  if (named.length !== 1) fail(EXIT.invalid, 'one-runtime', oneRuntime({ connection: name, runtimes: RUNTIMES }))
  return connection
}

/** Makes the shell line that starts psql, which reads its script from stdin. */
export function psqlLine(connection: DatabaseConnection): string {
  const { native, podman, docker_compose, kubernetes } = exactlyOne('database', connection)
  // In a container the user is root, and PostgreSQL has no such role.
  const { database = 'mastodon_production', role = native ? undefined : 'postgres' } =
    native ?? podman ?? docker_compose ?? kubernetes ?? {}
  const psql = [...PSQL, `--dbname=${database}`, ...(role === undefined ? [] : [`--username=${role}`])]
  // A server may accept a connection and never answer.
  const inside = [
    'env',
    'PGCLIENTENCODING=UTF8',
    'PGCONNECT_TIMEOUT=20',
    native?.psql === undefined ? 'psql' : named(native.psql),
    ...psql,
  ]
  if (native) return lineAs(native.user, inside)
  if (podman) return lineAs(podman.user, [...podmanExec(podman.container), ...inside])
  if (docker_compose) return line([...compose(docker_compose.directory, docker_compose.service ?? 'db'), ...inside])
  return kubernetes ? line([...kubectl(kubernetes), ...inside]) : ''
}

/** Makes the shell line that starts Mastodon's console, which reads its program from stdin. */
export function consoleLine(connection: ConsoleConnection): string {
  const { native, podman, docker_compose, kubernetes } = exactlyOne('console', connection)
  const inside = [...RAILS, ...CONSOLE]
  if (native) {
    const here = `${RUBY}; cd ${quote(native.directory)} && exec ${line(inside)}`
    return native.user === undefined ? here : lineAs(native.user, ['sh', '-c', here])
  }
  if (podman) return lineAs(podman.user, [...podmanExec(podman.container), ...inside])
  if (docker_compose) return line([...compose(docker_compose.directory, docker_compose.service ?? 'web'), ...inside])
  return kubernetes ? line([...kubectl(kubernetes), ...inside]) : ''
}
