import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import type { Console } from './console/console.ts'
import type { Login } from '../../ssh/connect.ts'
import { consoleLine } from './commands.ts'
import { localMachine, type Machine, unreachable } from '../../ssh/executor.ts'
import type { Rest } from './rest/rest.ts'
import { isOlder, MINIMUM } from '../../minimum.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import type { OnWait } from '../../http/transport.ts'

export interface ConnectionOptions {
  /** A run that plans holds the reading token only. */
  readonly verb?: 'plan' | 'apply'
  /** Nothing that these connections lead to may be written. */
  readonly reading?: boolean
  /** Told before every wait that the server's limits ask for. */
  readonly onWait?: OnWait
}

/** The connections of an instance, each opened when it is first asked for, and once for a run. */
export interface Connections {
  readonly instance: InstanceFile
  readonly database: () => Promise<Machine>
  /** The API behind the fence, and the version that it says. */
  readonly reading: () => Promise<Rest & { readonly version: string }>
  readonly writing: () => Promise<Rest>
  /** Boots at the first call; ask early and await late. */
  readonly console: () => Promise<Console>
  readonly has: { readonly database: boolean; readonly api: boolean; readonly console: boolean }
  readonly close: () => Promise<void>
}

/** Where the reader is installed and no key of its own is named. */
const NO_READER_KEY = 'Name a key that may only read as mastodon.database.reader_key.'

/** An older one lets no key in with what `reader install` writes. */
const OLD_SSHD = `The machine needs OpenSSH ${MINIMUM.openssh} or newer.`

/** Holds the connections that `instance.yaml` names; opens none. */
export function openConnections(
  instance: InstanceFile,
  secrets: Secrets,
  options: ConnectionOptions = {},
): Connections {
  const { api, database, console: connection } = instance.mastodon ?? {}
  const closing: (() => Promise<void>)[] = []

  const once = <T extends { readonly close: () => Promise<void> }>(open: () => Promise<T>): (() => Promise<T>) => {
    let opened: Promise<T> | undefined
    return () => {
      if (!opened) {
        opened = open()
        const mine = opened
        // who asked early may look at it late, or never
        closing.push(() =>
          mine.then(
            (one) => one.close(),
            () => {},
          ),
        )
      }
      return opened
    }
  }

  const ssh = (named?: Login): Promise<Machine> => {
    const { ssh: login } = instance
    if (!login)
      fail(EXIT.invalid, 'no-ssh', 'a connection says over: ssh, and instance.yaml has no ssh', {
        hint: 'add ssh: with host, user and host_key',
      })
    return import('../../ssh/connect.ts').then(({ connect }) => connect(login, secrets, named))
  }
  const shared = once(() =>
    ssh(database?.reader ? { key: instance.ssh?.key, name: 'ssh.key', more: NO_READER_KEY } : undefined),
  )
  const reader = once(() => ssh({ key: database?.reader_key, name: 'mastodon.database.reader_key', more: OLD_SSHD }))
  const local = once(async () => localMachine())

  const rest = (reading: boolean) =>
    once(async () => {
      if (!api) fail(EXIT.invalid, 'no-api', 'instance.yaml has no mastodon.api')
      const named = reading && options.verb !== 'apply' && api.read_token ? 'read_token' : 'token'
      const { origin } = new URL(api.url)
      const token = await secrets.token(api[named] ?? api.token, `mastodon.api.${named}`, origin)
      const [{ identify, openRest }, { renewalOf }] = await Promise.all([
        import('./rest/client.ts'),
        import('./rest/token.ts'),
      ])
      const opened = await openRest({
        url: api.url,
        token,
        reading,
        renewal: renewalOf(instance, named),
        onWait: options.onWait,
      })
      const { domain, version } = await identify(opened).catch(async (error: unknown) => {
        await opened.close()
        throw error
      })
      checkDomain(instance.domain, domain, `the API at ${origin}`)
      checkVersion(version, `the API at ${origin}`)
      return { ...opened, version }
    })
  const reading = rest(true)
  const writing = rest(false)

  const actor = async (): Promise<string | null> => {
    if (instance.acting_account !== undefined || !api) return instance.acting_account ?? null
    const { tokenFacts } = await import('./rest/token.ts')
    return (await tokenFacts(await (options.verb === 'apply' ? writing() : reading()))).username
  }
  const console = once(async () => {
    if (!connection)
      fail(EXIT.invalid, 'no-console', 'instance.yaml has no mastodon.console', {
        hint: 'add mastodon.console to instance.yaml',
      })
    const [{ openConsole }, machine, name] = await Promise.all([
      import('./console/console.ts'),
      connection.over === 'ssh' ? shared() : local(),
      actor(),
    ])
    const opened = await openConsole(machine, consoleLine(connection), name, options.reading)
    checkDomain(instance.domain, opened.hello.domain, 'the console')
    checkVersion(opened.hello.version, 'the console')
    return opened
  })

  return {
    instance,
    database: () => (database?.over === 'local' ? local() : database?.reader_key ? reader() : shared()),
    reading,
    writing,
    console,
    has: { database: database !== undefined, api: api !== undefined, console: connection !== undefined },
    close: async () => {
      // the last one opened may lean on the ones before
      for (const close of closing.toReversed()) await close()
    },
  }
}

/** Every connection's server must say that it is the instance's domain, before anything else. */
export function checkDomain(wanted: string, said: string, connection: string): void {
  if (ascii(said) === ascii(wanted)) return
  throw unreachable(
    'another-server',
    `${connection} says that it is ${said}, and instance.yaml is for ${wanted}`,
    'correct domain or the connection in instance.yaml',
  )
}

/** What an older Mastodon's tables and answers mean, nobody looked at. */
function checkVersion(version: string, connection: string): void {
  if (!isOlder(version, MINIMUM.mastodon)) return
  throw unreachable(
    'mastodon-too-old',
    `${connection} is Mastodon ${version}, and Herdbook needs Mastodon ${MINIMUM.mastodon} or newer`,
    'upgrade Mastodon: https://docs.joinmastodon.org/admin/upgrading/',
  )
}

const ascii = (domain: string): string => new URL(`http://${domain}`).hostname
