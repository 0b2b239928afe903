import { LIST_KEYS, type ListFile } from '../list-keys.ts'
import { error, warning } from './rule.ts'
import type { Rule } from './rule.ts'

/** A list is empty on purpose or not at all. */
export const empty: Rule = function* ({ documents, broken, at, keyAt }) {
  for (const [file, key] of Object.entries(LIST_KEYS) as [ListFile, string][]) {
    const document: { readonly [key: string]: unknown } = { ...documents[file] }
    const list = document[key]
    const none = Array.isArray(list) && list.length === 0
    const meant = 'emptied_on_purpose' in document
    if (none && !meant && !broken.has(file))
      yield error(
        'empty-list',
        `${key} is empty, and says nothing of why`,
        at(file, [key]),
        `Add emptied_on_purpose: 'why', or delete ${key} to leave it unmanaged.`,
      )
    if (meant && !none && !broken.has(file))
      yield warning(
        'not-empty',
        `emptied_on_purpose is here, and ${key} is not empty`,
        keyAt(file, ['emptied_on_purpose']),
        'Delete the line.',
      )
  }
}
