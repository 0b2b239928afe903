import type { Announcement, Documents, DomainBlock, Moderator, Role, Rule } from '../../src/instance/documents.ts'
import { written } from '../../src/instance/field.ts'
import { entriesOf, PLAIN } from './plain-kinds.ts'
import type { Fields } from '../../src/instance/values.ts'
import type { Difference } from '../../src/reconcile/plan/types.ts'

/**
 * What `adopt` comes to, on typed files: live wins, the file takes its values. Fields that the file does not manage
 * stay out of it.
 */
export function adopt(documents: Documents, difference: Difference): Documents {
  const { kind, id, live, desired } = difference
  const kept = (field: string): Fields =>
    live && desired && field in desired && field in live ? { [field]: live[field] ?? null } : {}
  const put = <Entry>(
    list: readonly Entry[] | undefined,
    isIt: (entry: Entry) => boolean,
    entry: (was: Entry | undefined) => unknown,
  ): Entry[] => {
    const was = (list ?? []).find(isIt)
    if (live === null) return (list ?? []).filter((one) => !isIt(one))
    // Live fields have the words of the files.
    const next = entry(was) as Entry
    return was === undefined ? [...(list ?? []), next] : (list ?? []).map((one) => (isIt(one) ? next : one))
  }
  switch (kind) {
    case 'domain-block': {
      const file = documents['domain-blocks.yaml']
      const { private_comment: _private, ...fields } = live ?? {}
      const list = put<DomainBlock>(
        file?.domain_blocks,
        (b) => b.domain === id,
        () => ({ domain: id, ...fields, ...kept('private_comment') }),
      )
      return { ...documents, 'domain-blocks.yaml': { ...file, domain_blocks: list } }
    }
    case 'role': {
      const file = documents['roles.yaml']
      const { collection_limit: _limit, ...fields } = live ?? {}
      return {
        ...documents,
        'roles.yaml': {
          ...file,
          roles: put<Role>(
            file?.roles,
            (r) => r.name === id,
            (was) => ({ ...was, ...fields, ...kept('collection_limit') }),
          ),
        },
      }
    }
    case 'moderator': {
      const file = documents['moderators.yaml']
      const list = put<Moderator>(
        file?.moderators,
        (m) => m.account === id,
        () => ({ account: id, role: live?.['role'] }),
      )
      return { ...documents, 'moderators.yaml': { ...file, moderators: list } }
    }
    case 'rule': {
      const file = documents['rules.yaml']
      return {
        ...documents,
        'rules.yaml': {
          ...file,
          rules: put<Rule>(
            file?.rules,
            (r) => r.key === id,
            () => ({ key: id, ...live }),
          ),
        },
      }
    }
    case 'announcement': {
      const file = documents['announcements.yaml']
      const isIt = (one: Announcement): boolean => one.key === id
      const { text, starts_at, ends_at, all_day, published } = live ?? {}
      const times = starts_at === null ? {} : { from: starts_at, until: ends_at, all_day }
      const list = put<Announcement>(file?.announcements, isIt, (was) => ({
        key: id,
        text,
        ...times,
        ...(was?.notify_members === true ? { notify_members: true } : {}),
      }))
      // The files can only say that it is published.
      const announcements = published === false ? list.filter((one) => !isIt(one)) : list
      return { ...documents, 'announcements.yaml': { ...file, announcements } }
    }
    case 'rule-order': {
      const file = documents['rules.yaml']
      const order = (live?.['order'] ?? []) as readonly string[]
      const rank = (rule: Rule): number => (order.includes(rule.key) ? order.indexOf(rule.key) : order.length)
      return {
        ...documents,
        'rules.yaml': { ...file, rules: (file?.rules ?? []).toSorted((a, b) => rank(a) - rank(b)) },
      }
    }
    case 'setting': {
      const { [id]: _was, ...rest } = { ...documents['settings.yaml']?.settings } as { readonly [key: string]: unknown }
      return { ...documents, 'settings.yaml': { settings: live === null ? rest : { ...rest, [id]: live['value'] } } }
    }
    default: {
      const plain = PLAIN.find((one) => one.kind === kind)
      if (plain === undefined) return documents
      const entry = written(
        plain.fields,
        Object.fromEntries(
          plain.fields.flatMap(({ name, optional }) =>
            Object.entries(optional ? kept(name) : { [name]: live?.[name] ?? null }),
          ),
        ),
      )
      const list = put(
        entriesOf(plain, documents),
        (one) => one[plain.name] === id,
        () => ({ [plain.name]: id, ...entry }),
      )
      return { ...documents, [plain.file]: { ...documents[plain.file], [plain.list]: list } }
    }
  }
}
