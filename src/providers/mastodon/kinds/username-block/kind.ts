import { claimOf } from '../../../../reconcile/claims.ts'
import { byName } from '../../../../instance/edit/shapes.ts'
import type { Field } from '../../../../instance/field.ts'
import { flag, id, table, text, time } from '../../table.ts'
import type { Write } from '../../tables.ts'
import type { MastodonKind } from '../../kind.ts'
import type { Step } from '../../../../reconcile/plan/types.ts'
import { current, rowsOf, send, setOf } from '../common.ts'
import { fileRules, usernameOf } from './file-rules.ts'
import { USERNAME_BLOCK, USERNAME_BLOCK_WORDS } from './texts.ts'

const FILE = 'username-blocks.yaml'

export const USERNAME_BLOCKS = table('username_blocks', 'username blocks', new URL('read.sql', import.meta.url), {
  id,
  username: text,
  exact: flag,
  allow_with_approval: flag,
  created_at: time,
})

const FIELDS: readonly Field[] = [
  { name: 'exact', form: 'flag' },
  { name: 'allow_with_approval', form: 'flag' },
]

function writeOf(step: Step): Write {
  const base = { table: 'username_blocks', serverId: step.serverId, name: step.id } as const
  if (step.action === 'create') return { ...base, action: 'create', expect: {}, set: step.target }
  return { ...base, action: step.action, expect: step.seen, set: setOf(step) }
}

export const usernameBlock: MastodonKind = {
  name: 'username-block',
  provider: 'mastodon',
  title: USERNAME_BLOCK,
  since: '4.5',
  sources: [FILE],
  drift: 'report',
  tables: [USERNAME_BLOCKS],
  program: new URL('write.rb', import.meta.url),
  writes: ['console'],
  absence: { is: 'delete' },
  fields: FIELDS,
  shape: {
    form: 'list',
    file: FILE,
    list: 'username_blocks',
    name: 'username',
    normal: usernameOf,
    display: (username) => username,
    fields: FIELDS,
    sort: byName('username'),
  },
  words: USERNAME_BLOCK_WORDS,
  fileRules,
  identify: usernameOf,
  adopt: { whenEmpty: true },
  claims: (instance, now) => {
    const blocks = instance.documents[FILE]?.username_blocks
    if (!blocks) return claimOf(FILE, undefined)
    const objects = current(blocks, now, (block, i) => ({
      id: usernameOf(block.username),
      fields: { exact: block.exact ?? false, allow_with_approval: block.allow_with_approval ?? false },
      source: { file: FILE, path: ['username_blocks', i] },
    }))
    return claimOf(FILE, objects)
  },
  read: (tables) => ({
    objects: rowsOf(tables, USERNAME_BLOCKS).map((row) => ({
      id: usernameOf(row.username),
      serverId: row.id,
      fields: { exact: row.exact, allow_with_approval: row.allow_with_approval },
      createdAt: row.created_at,
    })),
  }),
  hazard: () => 'reversible',
  // A rule for a whole name meets fewer names than one for a part.
  weakens: (step) =>
    step.action === 'delete' || step.changes.some((change) => change.before === false && change.after === true),
  apply: (steps, context) => send(steps, context, (step) => [writeOf(step)]),
}
