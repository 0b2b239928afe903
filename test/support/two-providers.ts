import { herd, sshTo, type Environment, type Herd } from '../testkit/files/herd.ts'
import type { FilesMachine } from '../testkit/files/machine.ts'
import { newServer, timeOf, type Server } from './memory-server.ts'
import { NO_MISHAPS, openMemory, providerIn, type Mishaps } from './memory.ts'

/** An instance of a machine with files and a Mastodon, in one repository. */
export interface Pair extends AsyncDisposable {
  readonly world: Herd
  readonly machine: FilesMachine
  readonly server: Server
  readonly far: Environment
  /** While nobody lets the run log in to the machine. */
  readonly withoutMachine: Environment
  /** While Mastodon goes wrong like this. */
  readonly withMishaps: (mishaps: Partial<Mishaps>) => Environment
}

export async function pair(): Promise<Pair> {
  const world = await herd()
  const machine = await world.machine()
  const server = newServer()
  const withMishaps = (mishaps: Partial<Mishaps>): Environment => ({
    machine,
    now: () => timeOf(server),
    others: () => [providerIn(openMemory(server, { ...NO_MISHAPS, ...mishaps }))],
  })
  const far = withMishaps({})
  return {
    world,
    machine,
    server,
    far,
    withMishaps,
    withoutMachine: { ...far, machine: { ...machine, server: { ...machine.server, key: 'no key' } } },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

/** Files that name both. */
export const both = (
  { machine }: Pick<Pair, 'machine'>,
  motd: string,
  ...domains: readonly string[]
): { readonly [file: string]: object } => ({
  'instance.yaml': { domain: 'herd.example', acting_account: 'herdbook', ...sshTo(machine) },
  'services.yaml': { files: [{ path: 'etc/motd', content: motd }] },
  'domain-blocks.yaml': { domain_blocks: domains.map((domain) => ({ domain, severity: 'limit' })) },
})
