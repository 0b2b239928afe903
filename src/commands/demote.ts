import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Instance } from '../instance/instance.ts'
import { draft, settle } from './editing.ts'
import type { Io } from './io.ts'
import { openFiles } from './session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<account>', 'the username, with or without @')
    .option('--emptied <why>', 'the list is empty afterwards, and this is why')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText('after', '\nExample:\n  herdbook demote alice\n\nIt changes the files, not the server. When it is applied, sessions and tokens of the account end, too.')
    .action(async (account, options) => {
      const files = await openFiles(io, options.instance)
      const id = account.replace(/^@/, '').toLowerCase()
      const entry = files.instance.documents['moderators.yaml']?.moderators?.find((m) => m.account.replace(/^@/, '').toLowerCase() === id)
      if (!entry) fail(EXIT.invalid, 'no-such-object', `moderators.yaml does not name @${id}.`, { hint: `If Mastodon gives it a role: herdbook adopt moderator/${id}` })
      const edits = await draft(io, files, [{ ref: `moderator/${id}`, fields: null }], options.emptied === undefined ? {} : { emptied: options.emptied })
      const left = remains(id, files.instance)
      const said = [
        `@${id} is no longer ${entry.role} once this is applied; sessions and tokens of the account end then.`,
        left.length === 0 ? 'The files name the account nowhere else.' : `Still with @${id}:\n${left.map((line) => `  ${line}`).join('\n')}`,
      ]
      await settle(io, files, { edits, said, subject: `Take the role of ${id} away` })
    })

/** What the files still give to an account. */
export function remains(id: string, instance: Instance): string[] {
  const settings = instance.documents['settings.yaml']?.settings
  const followed = (settings?.bootstrap_timeline_accounts ?? '').split(',').map((name) => name.trim().replace(/^@/, '').toLowerCase())
  return [
    ...(settings?.site_contact_username?.toLowerCase() === id ? ['settings.yaml: the contact that the server shows (site_contact_username)'] : []),
    ...(followed.includes(id) ? ['settings.yaml: new members follow it (bootstrap_timeline_accounts)'] : []),
    ...(instance.documents['instance.yaml']?.acting_account?.toLowerCase() === id ? ['instance.yaml: it acts for Herdbook (acting_account)'] : []),
    'outside of these files: shell and VPN access, passwords that were shared, and the account itself',
  ]
}
