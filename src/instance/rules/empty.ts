import type { ListFile } from '../documents.ts'
import { LIST_KEYS } from '../files.gen.ts'
import { error, warning } from './rule.ts'
import type { InstanceRule } from './rule.ts'
import { emptyList, notEmpty } from './texts.ts'

/** Checks that an empty list says why it is empty. */
export const empty: InstanceRule = function* ({ documents, broken, at, keyAt }) {
  for (const [file, key] of Object.entries(LIST_KEYS) as [ListFile, string][]) {
    const document: { readonly [key: string]: unknown } = { ...documents[file] }
    const list = document[key]
    const none = Array.isArray(list) && list.length === 0
    const meant = 'emptied_on_purpose' in document
    if (none && !meant && !broken.has(file)) yield error('empty-list', emptyList(key), at(file, [key]))
    if (meant && !none && !broken.has(file))
      yield warning('not-empty', notEmpty(key), keyAt(file, ['emptied_on_purpose']))
  }
}
