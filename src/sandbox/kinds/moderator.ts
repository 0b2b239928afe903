import { belowActor, entitled, keepingOwners, withinReach } from '../connections/authority.ts'
import {
  Changed,
  Declined,
  done,
  expectLive,
  textOf,
  type DoneResult,
  type WriteScope,
} from '../connections/writing.ts'
import type { DatabaseSession } from '../database.ts'
import { demand, type Complaint } from '../failure.ts'
import { DOMAIN } from '../http.ts'
import type { PersonScope, SandboxKind, Write } from '../kind.ts'
import { record } from '../models/audit.ts'
import { findMember, type Actor, type Member } from '../models/people.ts'
import { findRoles, type RoleRow } from '../models/role.ts'
import { EVERYONE, keysOf, maskOf } from '../permissions.ts'
import { one } from '../rows.ts'

/** What the model says to giving a role. */
export function grantComplaints(actor: Actor, role: RoleRow | null): readonly Complaint[] {
  const above = role !== null && role.fields.position > actor.role.position
  return above ? [{ attribute: 'role_id', message: 'cannot be higher than your current role', elevated: true }] : []
}

async function assignRole(session: DatabaseSession, actor: Actor, member: Member, role: RoleRow | null): Promise<void> {
  demand(grantComplaints(actor, role))
  await session.query('update users set role_id = $2::bigint, updated_at = now() where id = $1::bigint', [
    member.user_id,
    role?.id ?? null,
  ])
  await record(session, actor.id, [{ action: 'change_role', type: 'User', id: member.user_id, name: member.username }])
}

/** Ends a person's sessions and revokes their tokens. */
async function endSessions(session: DatabaseSession, member: Member): Promise<void> {
  await session.query('delete from session_activations where user_id = $1::bigint', [member.user_id])
  await session.query(
    'update oauth_access_tokens set revoked_at = now() where resource_owner_id = $1::bigint and revoked_at is null',
    [member.user_id],
  )
}

async function writeRoleOf(writing: WriteScope, write: Write): Promise<DoneResult> {
  const { session, actor } = writing
  const member = await findMember(session, write.name)
  if (member === undefined || (write.serverId !== null && member.account_id !== write.serverId)) throw new Changed(null)
  expectLive(write, { role_id: member.role_id })
  const [held] = member.role_id === null ? [] : await findRoles(session, 'id', member.role_id)
  const [role = null] =
    write.action === 'delete' ? [] : await findRoles(session, 'id', textOf(write.set['role_id']) ?? '')
  if (write.action !== 'delete' && (role === null || role.id === EVERYONE))
    throw new Declined('no-such-role', 'the server no longer has this role')
  if (role === null && member.account_id === actor.id)
    throw new Declined('own-role', `@${member.username} is the account that Herdbook acts as, so it keeps its role`)
  if (held !== undefined) belowActor(writing, held)
  entitled(writing)
  const lacks = role === null ? [] : keysOf(maskOf(role.fields.permissions) & ~actor.role.permissions)
  if (lacks.length > 0)
    throw new Declined(
      'actor-too-low',
      `@${actor.username} has the role ${actor.role.name}, which is too low for this: it lacks ${lacks.join(', ')}`,
    )
  await withinReach(writing, async () => demand(grantComplaints(actor, role)))
  await keepingOwners(session, write, () => assignRole(session, actor, member, role))
  if (role === null) await endSessions(session, member)
  return done(member.account_id, { role_id: role?.id ?? null })
}

/** Who holds a role. Accounts are everybody's, so their tables belong to no kind. */
export const moderator = {
  writes: { role_of: writeRoleOf },
  clicks: {
    /** Null takes the role away. The web interface ends no sessions. */
    giveRole: async ({ session, actor }: PersonScope, member: string, role: string | null) => {
      const wanted = role === null ? null : one(await findRoles(session, 'name', role), role)
      await assignRole(session, actor, one([await findMember(session, member)], member), wanted)
    },
    /** Registers, confirmed and approved. */
    signUp: ({ session }: PersonScope, member: string) =>
      session.query(
        `with account as (insert into accounts (username, created_at, updated_at)
           values ($1, now(), now()) returning id)
         insert into users (email, account_id, confirmed_at, created_at, updated_at)
         select $2, id, now(), now(), now() from account`,
        [member, `${member}@${DOMAIN}`],
      ),
  },
} satisfies SandboxKind
