import type { DatabaseSession } from './database.ts'
import { Declined } from './connections/writing.ts'
import { demand } from './failure.ts'
import type { Sandbox } from './index.ts'
import {
  createBlocks,
  destroyBlock,
  findBlocks,
  updateBlock,
  type BlockChange,
  type DomainBlockRow,
} from './models/domain-blocks.ts'
import { createEmailBlock, destroyEmailBlock, findEmailBlocks } from './models/email-domain-blocks.ts'
import { createIpBlock, destroyIpBlock, findIpBlocks, type IpChange } from './models/ip-blocks.ts'
import { assignRole, findActor, findMember, findRoles, saveRole, type Actor, type RoleFields } from './models/roles.ts'
import { discardRule, listRules, saveRule, type RuleFields } from './models/rules.ts'
import { saveForm, settingComplaints } from './models/settings.ts'

/** A person at Mastodon's web interface. */
export interface WebInterface {
  readonly blockDomain: (domain: string, change?: BlockChange) => Promise<void>
  readonly changeBlock: (domain: string, change: BlockChange) => Promise<void>
  readonly liftBlock: (domain: string) => Promise<void>
  readonly blockEmailDomain: (domain: string, allowWithApproval?: boolean) => Promise<void>
  readonly liftEmailBlock: (domain: string) => Promise<void>
  readonly blockIp: (block: IpChange) => Promise<void>
  readonly liftIpBlock: (ip: string) => Promise<void>
  /** A setting as the form sends it: text, "1" and "0" for a box that is ticked or not. */
  readonly changeSetting: (key: string, word: string) => Promise<void>
  readonly addRule: (rule: Partial<RuleFields>) => Promise<void>
  readonly changeRule: (text: string, rule: Partial<RuleFields>) => Promise<void>
  readonly removeRule: (text: string) => Promise<void>
  readonly saveRole: (name: string, fields: Partial<RoleFields>) => Promise<void>
  /** Null takes the role away. The web interface ends no sessions. */
  readonly giveRole: (username: string, role: string | null) => Promise<void>
  /** Registers, confirmed and approved. */
  readonly signUp: (username: string) => Promise<void>
}

/** The hand of a member: what it does is done in their name, and within what their role allows them to hand out. */
export function handOf(sandbox: Sandbox, username: string): WebInterface {
  const act = (work: (session: DatabaseSession, actor: Actor) => Promise<unknown>): Promise<void> =>
    sandbox.transaction(async (session) => {
      const actor = await findActor(session, sandbox.version, username)
      if (actor === null) throw new Declined('no-actor', `there is no @${username}`)
      await work(session, actor)
    })
  return {
    blockDomain: (domain, change = { severity: 'suspend' }) =>
      act((session, { id }) => createBlocks(session, id, [{ domain, ...change }])),
    changeBlock: (domain, change) =>
      act(async (session, { id }) => updateBlock(session, id, await blockOf(session, domain), change)),
    liftBlock: (domain) => act(async (session, { id }) => destroyBlock(session, id, await blockOf(session, domain))),
    blockEmailDomain: (domain, allow = false) => act((session, { id }) => createEmailBlock(session, id, domain, allow)),
    liftEmailBlock: (domain) =>
      act(async (session, { id }) => {
        const found = one(
          await findEmailBlocks(session, await idOf(session, 'email_domain_blocks', 'domain', domain)),
          domain,
        )
        await destroyEmailBlock(session, id, found)
      }),
    blockIp: (block) => act((session, { id }) => createIpBlock(session, id, block)),
    liftIpBlock: (ip) =>
      act(async (session, { id }) =>
        destroyIpBlock(
          session,
          id,
          one(await findIpBlocks(session, await idOf(session, 'ip_blocks', 'text(ip)', ip)), ip),
        ),
      ),
    changeSetting: (key, word) =>
      act(async (session) => {
        demand(await settingComplaints(session, { [key]: word }))
        await saveForm(session, sandbox.version, { [key]: word })
      }),
    addRule: (rule) => act((session) => saveRule(session, null, rule)),
    changeRule: (text, rule) => act(async (session) => saveRule(session, await ruleOf(session, text), rule)),
    removeRule: (text) => act(async (session) => discardRule(session, await ruleOf(session, text))),
    saveRole: (name, fields) =>
      act(async (session, actor) => {
        const [role] = await findRoles(session, 'name', name)
        await saveRole(session, sandbox.version, actor, role?.id ?? null, { name, ...fields })
      }),
    giveRole: (member, role) =>
      act(async (session, actor) => {
        const wanted = role === null ? null : one(await findRoles(session, 'name', role), role)
        await assignRole(session, actor, one([await findMember(session, member)], member), wanted)
      }),
    signUp: (member) =>
      act((session) =>
        session.query(
          `with account as (insert into accounts (username, created_at, updated_at)
             values ($1, now(), now()) returning id)
           insert into users (email, account_id, confirmed_at, created_at, updated_at)
           select $2, id, now(), now(), now() from account`,
          [member, `${member}@${sandbox.domain}`],
        ),
      ),
  }
}

function one<T>(rows: readonly (T | undefined)[], name: string): T {
  const [row] = rows
  if (row === undefined) throw new Declined('not-there', `there is no ${name}`)
  return row
}

async function idOf(session: DatabaseSession, table: string, column: string, value: string): Promise<string> {
  return one(
    await session.query<{ readonly id: string }>(`select id::text from ${table} where ${column} = $1`, [value]),
    value,
  ).id
}

async function blockOf(session: DatabaseSession, domain: string): Promise<DomainBlockRow> {
  return one(await findBlocks(session, [await idOf(session, 'domain_blocks', 'domain', domain)]), domain)
}

async function ruleOf(session: DatabaseSession, text: string): Promise<string> {
  return one(
    (await listRules(session)).filter(({ fields }) => fields.text === text),
    text,
  ).id
}
