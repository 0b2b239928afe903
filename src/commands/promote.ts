import type { Command } from '@commander-js/extra-typings'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { nearest } from '../instance/nearest.ts'
import { editFiles, sayNext } from './editing.ts'
import { say, type Io } from './io.ts'
import { openFiles } from './session.ts'

export const verb = (command: Command, io: Io) =>
  command
    .argument('<account>', 'the username, with or without @')
    .argument('<role>', 'the role, as roles.yaml names it')
    .option('--until <date>', 'the day from which the role is taken away again')
    .option('--instance <dir>', 'the folder of the files (default: the nearest instance/ upwards)')
    .addHelpText('after', '\nExample:\n  herdbook promote alice Moderator\n\nIt changes the files, not the server. An account that is not there yet waits.')
    .action(async (account, role, options) => {
      const files = await openFiles(io, options.instance)
      const id = account.replace(/^@/, '').toLowerCase()
      const roles = files.instance.documents['roles.yaml']?.roles?.map((r) => r.name)
      if (roles && !roles.includes(role)) {
        const meant = nearest(role, roles)
        fail(EXIT.invalid, 'unknown-role', `roles.yaml has no role ${role}.`, { hint: meant === undefined ? `Roles: ${roles.join(', ')}` : `Did you mean ${meant}?` })
      }
      const before = files.instance.documents['moderators.yaml']?.moderators?.find((m) => m.account.replace(/^@/, '').toLowerCase() === id)
      const since = before ? {} : { since: io.now().toISOString().slice(0, 10) }
      const until = options.until === undefined ? {} : { until: options.until }
      const written = await editFiles(io, files, [{ ref: `moderator/${id}`, fields: { role }, extra: { ...since, ...until } }])
      say(io, before ? `@${id}: ${before.role} → ${role}.` : `@${id} becomes ${role}.`)
      sayNext(io, files, written, `Make ${id} ${role}`)
    })
