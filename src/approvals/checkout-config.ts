import { EXIT, fail } from '../instance/diagnostic.ts'
import { committedIn, connectionsIn } from '../session/instance-folder.ts'
import type { Job } from '../session/job.ts'

/** The secret of the Environments that signs, by the name that the workflows give it. */
const KEY = 'HERDBOOK_LEDGER_KEY'

/** Refuses (exit 5) where the checkout's instance.yaml would have a job ask for no approvals, or sign with anything but the secret that it was given: the one is what the workflows are for, the other is for whoever administers the repository. */
export async function refuseGround({ io, clone }: Job): Promise<void> {
  const { files } = await committedIn(await clone())
  const config = await connectionsIn(files)
  // What is not valid is told where the files are read.
  if (config === undefined) return
  if (config.forge === undefined) {
    fail(
      EXIT.refused,
      'no-forge',
      'instance.yaml names no forge, so nobody would be asked for an approval; these workflows apply only what was approved.',
      { hint: `Add to instance/instance.yaml: forge: { github: ${io.env['GITHUB_REPOSITORY'] ?? 'OWNER/NAME'} }` },
    )
  }
  const held = (io.env[KEY] ?? '').trim()
  if (
    held === '' ||
    config.ledger_key === undefined ||
    held === (await io.secrets.read(config.ledger_key, 'ledger_key'))
  )
    return
  fail(
    EXIT.refused,
    'other-ledger-key',
    `instance.yaml takes ledger_key from something else than the secret ${KEY}: with a key that is known, anybody could sign.`,
    { hint: `Write into instance/instance.yaml: ledger_key: { env: ${KEY} }` },
  )
}
