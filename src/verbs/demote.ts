import type { Command } from '@commander-js/extra-typings'
import { relative } from 'node:path'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { InstanceFile } from '../instance/documents.ts'
import type { EditOptions } from '../instance/edit/objects.ts'
import type { Instance } from '../instance/instance.ts'
import { accountId } from '../providers/mastodon/kinds/accounts.ts'
import { demoteNow, endRemoval } from './demote/now.ts'
import {
  ACTS_FOR_HERDBOOK,
  CONTACT,
  demoteSubject,
  FOLLOWED,
  HELP,
  LEDGER_KEY,
  NO_EFFECT,
  notInFiles,
  OUTSIDE,
  roleEnds,
  SSH_KEYS,
  stillHas,
  takeOutOfFiles,
  TOKENS,
  whatElse,
  writeAccess,
} from './demote/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'
import { draft, openToEdit, writeDraft, type FilesDraft } from '../session/write-instance.ts'
import { prose, say, type Io } from '../session/io.ts'
import { openFiles, type CheckedFiles } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<account>', HELP.account)
    .option('--now <why>', HELP.now)
    .option('--let-go <why>', HELP.letGo)
    .option('--yes', HELP.yes)
    .option('--print', HELP.print)
    .option('--emptied <why>', HELP.emptied)
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', HELP.examples)
    .action(async (account, options) => {
      if (options.letGo !== undefined) return endRemoval(io, account, options.letGo, options)
      if (options.now === undefined && (options.yes || options.print))
        fail(EXIT.invalid, 'no-effect', NO_EFFECT.message, { hint: NO_EFFECT.hint })
      if (options.now !== undefined) await demoteNow(io, account, options.now, options)
      if (options.now !== undefined) return sayLeft(io, await openFiles(io, options.instance), accountId(account))
      const files = await openToEdit(io, options.instance)
      await writeDraft(
        io,
        files,
        await draftDemotion(io, files, account, options.emptied === undefined ? {} : { emptied: options.emptied }),
      )
    })

/** Drafts files without the role. Throws (exit 9) if they do not name the account. */
export async function draftDemotion(
  io: Io,
  files: CheckedFiles,
  account: string,
  options: EditOptions,
): Promise<FilesDraft> {
  const id = accountId(account)
  const entry = entryOf(files, id)
  if (!entry) {
    const { message, hint } = notInFiles(id)
    return fail(EXIT.invalid, 'no-such-object', message, { hint })
  }
  const edits = await draft(
    io,
    files,
    [{ ref: `moderator/${id}`, fields: null }],
    options.emptied === undefined ? {} : { emptied: options.emptied },
  )
  const explanations = [roleEnds(id, entry.role), stillHas(id, otherAccess(id, files.instance))]
  return { edits, explanations, subject: demoteSubject(id) }
}

const entryOf = ({ instance }: CheckedFiles, id: string) =>
  instance.documents['moderators.yaml']?.moderators?.find((one) => accountId(one.account) === id)

/** Says what people must still do after an account was removed at once. */
function sayLeft(io: Io, files: CheckedFiles, id: string): void {
  prose(io, whatElse(id))
  for (const line of [...known(files.config), ...otherAccess(id, files.instance)]) say(io, `  ${line}`)
  if (entryOf(files, id)) say(io, takeOutOfFiles(id, relative(io.cwd, files.folder) || '.'))
}

/** Secrets and access that an administrator may have, and how to replace each. */
export function known({ mastodon, ssh, ledger_key, forge }: InstanceFile): string[] {
  return [
    ...(mastodon?.api ? [TOKENS] : []),
    ...(ssh ? [SSH_KEYS] : []),
    ...(ledger_key ? [LEDGER_KEY] : []),
    ...(forge ? [writeAccess(forge.github)] : []),
  ]
}

/** What an account has beside its role, in the files and outside. */
function otherAccess(id: string, instance: Instance): string[] {
  const settings = instance.documents['settings.yaml']?.settings
  const followed = (settings?.bootstrap_timeline_accounts ?? '')
    .split(',')
    .map((name) => name.trim().replace(/^@/, '').toLowerCase())
  return [
    ...(settings?.site_contact_username?.toLowerCase() === id ? [CONTACT] : []),
    ...(followed.includes(id) ? [FOLLOWED] : []),
    ...(instance.documents['instance.yaml']?.acting_account?.toLowerCase() === id ? [ACTS_FOR_HERDBOOK] : []),
    OUTSIDE,
  ]
}
