import type { InstanceFile } from '../instance/documents.ts'
import type { Connections } from '../providers/mastodon/connections.ts'
import { connectAll } from '../providers/index.ts'
import type { Provider, Use } from '../reconcile/provider.ts'
import { toldWaits, type Io } from './io.ts'

/** The providers of a run, whose connections are closed when it ends. */
export interface Connected {
  readonly providers: readonly Provider[]
  /** The connections through which members are told. */
  readonly connections: Connections
  readonly close: () => Promise<void>
}

/** Connects to the outside systems that a configuration names, for one use; none is opened before it is asked. */
export function connectTo(config: InstanceFile, io: Io, use: Use): Connected {
  const { all, mastodon } = connectAll(config, { secrets: io.secrets, onWait: toldWaits(io), use })
  return {
    providers: all,
    connections: mastodon.connections,
    close: async () => {
      for (const provider of all.toReversed()) await provider.close()
    },
  }
}
