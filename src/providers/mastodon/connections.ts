import { EXIT, fail } from '../../instance/diagnostic.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import type { Console } from './console/console.ts'
import type { Login } from '../../ssh/connect.ts'
import { consoleLine } from './commands.ts'
import { localMachine, type Machine, unreachable } from '../../ssh/executor.ts'
import type { Rest } from './rest/types.ts'
import { isOlder, MINIMUM } from '../../minimum.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import type { OnWait } from '../../http/transport.ts'
import {
  anotherServer,
  mastodonTooOld,
  NO_API,
  NO_CONSOLE,
  NO_READER_KEY,
  NO_SSH,
  OLD_SSHD,
  THE_CONSOLE,
  theApiAt,
} from './texts.ts'

export interface ConnectionOptions {
  /** A run that plans has only the token for reading. */
  readonly verb?: 'plan' | 'apply'
  /** Whether these connections may only read. */
  readonly reading?: boolean
  /** Called before every wait that the server's limits ask for. */
  readonly onWait?: OnWait
}

/** The connections of an instance. Each opens at its first use, once in a run. */
export interface MastodonConnections {
  readonly instance: InstanceFile
  readonly database: () => Promise<Machine>
  /** The fenced API, and the version that it names. */
  readonly reading: () => Promise<Rest & { readonly version: string }>
  readonly writing: () => Promise<Rest>
  /** Boots at the first call; ask early and await late. */
  readonly console: () => Promise<Console>
  readonly has: { readonly database: boolean; readonly api: boolean; readonly console: boolean }
  readonly close: () => Promise<void>
}

/** Prepares the connections that `instance.yaml` names; opens none. */
export function openConnections(
  instance: InstanceFile,
  secrets: Secrets,
  options: ConnectionOptions = {},
): MastodonConnections {
  const { api, database, console: connection } = instance.mastodon ?? {}
  const closing: (() => Promise<void>)[] = []

  const once = <T extends { readonly close: () => Promise<void> }>(open: () => Promise<T>): (() => Promise<T>) => {
    let opened: Promise<T> | undefined
    return () => {
      if (!opened) {
        opened = open()
        const mine = opened
        // A caller may await it late, or never.
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
    if (!login) fail(EXIT.invalid, 'no-ssh', NO_SSH.message, { hint: NO_SSH.hint })
    return import('../../ssh/connect.ts').then(({ connect }) => connect(login, secrets, named))
  }
  const shared = once(() =>
    ssh(database?.reader ? { key: instance.ssh?.key, name: 'ssh.key', more: NO_READER_KEY } : undefined),
  )
  const reader = once(() => ssh({ key: database?.reader_key, name: 'mastodon.database.reader_key', more: OLD_SSHD }))
  const local = once(async () => localMachine())

  const rest = (reading: boolean) =>
    once(async () => {
      if (!api) fail(EXIT.invalid, 'no-api', NO_API)
      const named = reading && options.verb !== 'apply' && api.read_token ? 'read_token' : 'token'
      const { origin } = new URL(api.url)
      const token = await secrets.token(api[named] ?? api.token, `mastodon.api.${named}`, origin)
      const [{ identify, openRest }, { renewalOf }] = await Promise.all([
        import('./rest/open-rest.ts'),
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
      checkDomain(instance.domain, domain, theApiAt(origin))
      checkVersion(version, theApiAt(origin))
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
    if (!connection) fail(EXIT.invalid, 'no-console', NO_CONSOLE.message, { hint: NO_CONSOLE.hint })
    const [{ openConsole }, machine, name] = await Promise.all([
      import('./console/console.ts'),
      connection.over === 'ssh' ? shared() : local(),
      actor(),
    ])
    const opened = await openConsole(machine, consoleLine(connection), name, options.reading)
    checkDomain(instance.domain, opened.hello.domain, THE_CONSOLE)
    checkVersion(opened.hello.version, THE_CONSOLE)
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
      // A later connection may use an earlier one.
      for (const close of closing.toReversed()) await close()
    },
  }
}

/** Refuses a server that does not say that it is the instance's domain. Every connection is checked first. */
export function checkDomain(wanted: string, says: string, connection: string): void {
  if (ascii(says) === ascii(wanted)) return
  const { message, hint } = anotherServer({ connection, says, wanted })
  throw unreachable('another-server', message, hint)
}

/** Refuses a Mastodon that Herdbook was never tested with because it is too old. */
function checkVersion(version: string, connection: string): void {
  if (!isOlder(version, MINIMUM.mastodon)) return
  const { message, hint } = mastodonTooOld({ connection, version })
  throw unreachable('mastodon-too-old', message, hint)
}

const ascii = (domain: string): string => new URL(`http://${domain}`).hostname
