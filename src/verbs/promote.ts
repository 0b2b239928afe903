import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { nearest } from '../instance/nearest.ts'
import { accountId } from '../providers/mastodon/kinds/accounts.ts'
import { draft, openToEdit, writeDraft, type FilesDraft } from '../session/write-instance.ts'
import type { Io } from '../session/io.ts'
import { dayToCome } from '../session/options.ts'
import type { CheckedFiles } from '../session/session.ts'
import { changesRole, getsRole, HELP, promotionSubject, unknownRole } from './promote/texts.ts'
import { INSTANCE_OPTION } from '../session/option-texts.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<account>', HELP.account)
    .argument('<role>', HELP.role)
    .option('--until <date>', HELP.until)
    .option('--instance <dir>', INSTANCE_OPTION)
    .addHelpText('after', HELP.after)
    .action(async (account, role, options) => {
      const files = await openToEdit(io, options.instance)
      await writeDraft(io, files, await draftPromotion(io, files, account, role, options))
    })

/** Drafts a role for an account, its first or another one. Throws (exit 9) if roles.yaml has no such role. */
export async function draftPromotion(
  io: Io,
  files: CheckedFiles,
  account: string,
  role: string,
  { until }: { readonly until?: string },
): Promise<FilesDraft> {
  const id = accountId(account)
  const { documents } = files.instance
  const roles = documents['roles.yaml']?.roles?.map((one) => one.name)
  if (roles && !roles.includes(role))
    fail(EXIT.invalid, 'unknown-role', unknownRole({ role, meant: nearest(role, roles), roles }))
  const before = documents['moderators.yaml']?.moderators?.find((one) => accountId(one.account) === id)
  const extra = {
    ...(before ? {} : { since: io.now().toISOString().slice(0, 10) }),
    ...(until === undefined ? {} : { until: dayToCome(until, io.now()) }),
  }
  return {
    edits: await draft(io, files, [{ ref: `moderator/${id}`, fields: { role }, extra }]),
    explanations: [before ? changesRole({ id, before: before.role, role }) : getsRole({ id, role })],
    subject: promotionSubject({ id, role }),
  }
}
