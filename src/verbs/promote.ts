import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { nearest } from '../instance/nearest.ts'
import { accountId } from '../providers/mastodon/kinds/community/accounts.ts'
import { draft, openToEdit, settle, type Draft } from '../session/write-instance.ts'
import type { Io } from '../session/io.ts'
import { dayToCome } from '../session/options.ts'
import type { Files } from '../session/session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<account>', 'the username, with or without @')
    .argument('<role>', 'the role, as roles.yaml names it')
    .option('--until <date>', 'the day from which the role is taken away again')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText(
      'after',
      '\nExample:\n  herdbook promote alice Moderator\n\nIt changes the files, not the server. An account that is not there yet waits.',
    )
    .action(async (account, role, options) => {
      const files = await openToEdit(io, options.instance)
      await settle(io, files, await draftPromotion(io, files, account, role, options))
    })

/** A role given to an account, or another one than it has. Throws (exit 9) where roles.yaml has no such role. */
export async function draftPromotion(
  io: Io,
  files: Files,
  account: string,
  role: string,
  { until }: { readonly until?: string },
): Promise<Draft> {
  const id = accountId(account)
  const { documents } = files.instance
  const roles = documents['roles.yaml']?.roles?.map((one) => one.name)
  if (roles && !roles.includes(role)) {
    const meant = nearest(role, roles)
    fail(EXIT.invalid, 'unknown-role', `roles.yaml has no role ${role}.`, {
      hint: meant === undefined ? `Roles: ${roles.join(', ')}` : `Did you mean ${meant}?`,
    })
  }
  const before = documents['moderators.yaml']?.moderators?.find((one) => accountId(one.account) === id)
  const extra = {
    ...(before ? {} : { since: io.now().toISOString().slice(0, 10) }),
    ...(until === undefined ? {} : { until: dayToCome(until, io.now()) }),
  }
  return {
    edits: await draft(io, files, [{ ref: `moderator/${id}`, fields: { role }, extra }]),
    said: [before ? `@${id}: ${before.role} → ${role}.` : `@${id} becomes ${role}.`],
    subject: `Make ${id} ${role}`,
  }
}
