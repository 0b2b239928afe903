import type { InstanceFile } from '../instance/documents.ts'
import type { MastodonConnections } from '../providers/mastodon/connections.ts'
import { connectAll } from '../providers/index.ts'
import type { Provider, RunPurpose } from '../reconcile/provider.ts'
import { reportWaits, type Io } from './io.ts'

/** The providers of a run; their connections are closed at its end. */
export interface ConnectedProviders {
  readonly providers: readonly Provider[]
  /** The connections that post announcements to members. */
  readonly connections: MastodonConnections
  readonly close: () => Promise<void>
}

/** Connects to the outside systems of a configuration, for one use; each is opened at its first request. */
export function connectTo(config: InstanceFile, io: Io, use: RunPurpose): ConnectedProviders {
  const { all, mastodon } = connectAll(config, { secrets: io.secrets, onWait: reportWaits(io), use })
  return {
    providers: all,
    connections: mastodon.connections,
    close: async () => {
      for (const provider of all.toReversed()) await provider.close()
    },
  }
}
