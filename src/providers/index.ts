import type { InstanceFile } from '../instance/documents.ts'
import type { Provider } from '../reconcile/provider.ts'
import { connect, mastodon, type ConnectionAccess, type MastodonProvider } from './mastodon/provider.ts'

/** The registry: its order decides if no dependency does. The order is cloud, storage, host, Mastodon. */
export const PROVIDERS = [mastodon] as const

/** What digests of the steps of each kind bind, by its name. */
export const identitiesIn = (config: InstanceFile): ReadonlyMap<string, string> =>
  new Map(PROVIDERS.flatMap(({ kinds, identity }) => kinds.map(({ name }) => [name, identity(config)])))

/** The providers of an instance; none opens anything before it is used. */
export function connectAll(
  config: InstanceFile,
  access: ConnectionAccess,
): { readonly all: readonly Provider[]; readonly mastodon: MastodonProvider } {
  const own = connect(config, access)
  return { all: [own], mastodon: own }
}
