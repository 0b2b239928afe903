import { EXIT, fail } from '../instance/diagnostic.ts'
import { committedIn, connectionsIn } from '../session/instance-folder.ts'
import type { Job } from '../session/job.ts'
import { noForge, otherLedgerKey } from './texts.ts'

/** The secret that signs the ledger, by the name that the workflows give it. */
const KEY_SECRET = 'HERDBOOK_LEDGER_KEY'

/**
 * Refuses (exit 5) an instance.yaml with which a job would ask for no approvals, or would sign with another key than
 * the secret that an administrator of the repository stored.
 */
export async function refuseUnsafeConfig({ io, clone }: Job): Promise<void> {
  const { files } = await committedIn(await clone())
  const config = await connectionsIn(files)
  // Reading the files reports what is not valid.
  if (config === undefined) return
  if (config.forge === undefined) {
    const { message, hint } = noForge({ repository: io.env['GITHUB_REPOSITORY'] ?? 'OWNER/NAME' })
    fail(EXIT.refused, 'no-forge', message, { hint })
  }
  const stored = (io.env[KEY_SECRET] ?? '').trim()
  if (
    stored === '' ||
    config.ledger_key === undefined ||
    stored === (await io.secrets.read(config.ledger_key, 'ledger_key'))
  )
    return
  const { message, hint } = otherLedgerKey({ secret: KEY_SECRET })
  fail(EXIT.refused, 'other-ledger-key', message, { hint })
}
