import type { Command } from '@commander-js/extra-typings'
import { relative } from 'node:path'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { EditOptions } from '../instance/edit/objects.ts'
import type { Instance } from '../instance/instance.ts'
import { accountId } from '../providers/mastodon/kinds/community/accounts.ts'
import { demoteNow, letGo } from './demote/now.ts'
import { draft, openToEdit, settle, type Draft } from '../session/write-instance.ts'
import { prose, say, type Io } from '../session/io.ts'
import { openFiles, type Files } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<account>', 'the username, with or without @')
    .option(
      '--now <why>',
      'take the role away on the server at once, before the files say so: an owner alone decides that',
    )
    .option('--let-go <why>', 'end a removal by --now: the files count again')
    .option('--yes', 'with --now: do not ask')
    .option('--print', 'with --now: only say what would be done')
    .option('--emptied <why>', 'the list is empty afterwards, and this is why')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText(
      'after',
      '\nExamples:\n  herdbook demote alice\n  herdbook demote alice --now "the account was taken over"\n\nWithout --now it changes the files, not the server: the role is taken away when that is applied.\nWith it the role is gone at once, also where one account with the role Owner is left; then take them out of the files, too.',
    )
    .action(async (account, options) => {
      if (options.letGo !== undefined) return letGo(io, account, options.letGo, options)
      if (options.now === undefined && (options.yes || options.print))
        fail(EXIT.invalid, 'no-effect', '--yes and --print go with --now.', {
          hint: 'herdbook demote ACCOUNT --now "why" --print',
        })
      if (options.now !== undefined) await demoteNow(io, account, options.now, options)
      if (options.now !== undefined) return sayLeft(io, await openFiles(io, options.instance), accountId(account))
      const files = await openToEdit(io, options.instance)
      await settle(
        io,
        files,
        await draftDemotion(io, files, account, options.emptied === undefined ? {} : { emptied: options.emptied }),
      )
    })

/** Without the role, in the files. Throws (exit 9) where they do not name the account. */
export async function draftDemotion(io: Io, files: Files, account: string, options: EditOptions): Promise<Draft> {
  const id = accountId(account)
  const entry = entryOf(files, id)
  if (!entry)
    fail(EXIT.invalid, 'no-such-object', `moderators.yaml does not name @${id}.`, {
      hint: `If Mastodon gives it a role: herdbook adopt moderator/${id}`,
    })
  const edits = await draft(
    io,
    files,
    [{ ref: `moderator/${id}`, fields: null }],
    options.emptied === undefined ? {} : { emptied: options.emptied },
  )
  const left = remains(id, files.instance)
  const said = [
    `@${id} is no longer ${entry.role} once this is applied; sessions and tokens of the account end then.`,
    left.length === 0
      ? 'The files name the account nowhere else.'
      : `Still with @${id}:\n${left.map((line) => `  ${line}`).join('\n')}`,
  ]
  return { edits, said, subject: `Take the role of ${id} away` }
}

const entryOf = ({ instance }: Files, id: string) =>
  instance.documents['moderators.yaml']?.moderators?.find((one) => accountId(one.account) === id)

/** What is left to do by people after somebody was removed at once. */
function sayLeft(io: Io, files: Files, id: string): void {
  prose(io, `What else @${id} may know or hold, and what changes it:`)
  for (const line of [...known(files.config), ...remains(id, files.instance)]) say(io, `  ${line}`)
  if (entryOf(files, id))
    say(
      io,
      `Take them out of the files, too:\n  herdbook demote ${id}\n  git commit -m "Take the role of ${id} away" -- ${relative(io.cwd, files.folder) || '.'}`,
    )
}

/** What somebody who administers may have seen, and how each of it becomes another. */
export function known({ mastodon, ssh, ledger_key, forge }: InstanceFile): string[] {
  return [
    ...(mastodon?.api ? ['the tokens: herdbook token rotate'] : []),
    ...(ssh ? ['the SSH keys: make new ones, and take the old ones out of authorized_keys'] : []),
    ...(ledger_key
      ? ['the ledger_key: store a new one, the old one as old_ledger_key, then: herdbook ledger sign "why"']
      : []),
    ...(forge
      ? [
          `write access to ${forge.github}: https://github.com/${forge.github}/settings/access, and owners in policy.yaml`,
        ]
      : []),
  ]
}

/** What the files still give to an account. */
export function remains(id: string, instance: Instance): string[] {
  const settings = instance.documents['settings.yaml']?.settings
  const followed = (settings?.bootstrap_timeline_accounts ?? '')
    .split(',')
    .map((name) => name.trim().replace(/^@/, '').toLowerCase())
  return [
    ...(settings?.site_contact_username?.toLowerCase() === id
      ? ['settings.yaml: the contact that the server shows (site_contact_username)']
      : []),
    ...(followed.includes(id) ? ['settings.yaml: new members follow it (bootstrap_timeline_accounts)'] : []),
    ...(instance.documents['instance.yaml']?.acting_account?.toLowerCase() === id
      ? ['instance.yaml: it acts for Herdbook (acting_account)']
      : []),
    'outside of these files: shell and VPN access, passwords that were shared, and the account itself',
  ]
}
