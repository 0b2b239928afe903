import { claimOf } from '../../../../reconcile/claims.ts'
import { byName } from '../../../../instance/edit/shapes.ts'
import type { Field } from '../../../../instance/field.ts'
import { flag, id, table, text, time } from '../../table.ts'
import type { Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { current, rowsOf, send, setOf } from '../common.ts'
import { domainOf, readableDomain, typedDomain } from '../domain-names.ts'
import { fileRules } from './file-rules.ts'
import { DELETED_AND_CREATED, EMAIL_DOMAIN_BLOCK, EMAIL_DOMAIN_BLOCK_WORDS } from './texts.ts'

const FILE = 'email-domain-blocks.yaml'

export const EMAIL_DOMAIN_BLOCKS = table(
  'email_domain_blocks',
  'e-mail domain blocks',
  new URL('read.sql', import.meta.url),
  {
    id,
    domain: text,
    allow_with_approval: flag,
    created_at: time,
  },
  {
    api: {
      scope: 'admin:read:email_domain_blocks',
      permission: 'manage_blocks',
      bit: 128n,
      list: { limit: 200, name: 'domain', fields: ['allow_with_approval'] },
    },
  },
)

const FIELDS: readonly Field[] = [{ name: 'allow_with_approval', form: 'flag' }]

/** Makes the writes. Mastodon cannot change one: an update is a delete and a create. */
function writesOf(step: Step): Write[] {
  const base = { table: 'email_domain_blocks', serverId: step.serverId, name: step.id } as const
  const create: Write = {
    ...base,
    action: 'create',
    serverId: null,
    expect: {},
    set: { ...step.target, ...setOf(step) },
  }
  const remove: Write = { ...base, action: 'delete', expect: step.seen, set: {} }
  return { create: [create], update: [remove, create], delete: [remove] }[step.action]
}

export const emailDomainBlock: MastodonKind = {
  name: 'email-domain-block',
  provider: 'mastodon',
  title: EMAIL_DOMAIN_BLOCK,
  sources: [FILE],
  drift: 'report',
  tables: [EMAIL_DOMAIN_BLOCKS],
  program: new URL('write.rb', import.meta.url),
  writes: ['rest', 'console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'email_domain_blocks',
    name: 'domain',
    normal: domainOf,
    display: readableDomain,
    fields: FIELDS,
    sort: byName('domain'),
  },
  words: EMAIL_DOMAIN_BLOCK_WORDS,
  fileRules,
  identify: typedDomain,
  adopt: { whenEmpty: true },
  claims: (instance, now) => {
    const blocks = instance.documents[FILE]?.email_domain_blocks
    if (!blocks) return claimOf(FILE, undefined)
    const objects = current(blocks, now, (block, i) => ({
      id: domainOf(block.domain),
      fields: { allow_with_approval: block.allow_with_approval ?? false },
      source: { file: FILE, path: ['email_domain_blocks', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables) => ({
    objects: rowsOf(tables, EMAIL_DOMAIN_BLOCKS).map((row) => ({
      id: row.domain,
      serverId: row.id,
      fields: { allow_with_approval: row.allow_with_approval },
      createdAt: row.created_at,
    })),
  }),
  replaces: true,
  hazard: () => 'reversible',
  weakens: (step) =>
    step.action === 'delete' || step.changes.some((change) => change.before === false && change.after === true),
  note: (step) => (step.action === 'update' ? DELETED_AND_CREATED : undefined),
  calls: (step) => (step.action === 'update' ? 2 : 1),
  apply: (steps, context) => send(steps, context, writesOf),
}
