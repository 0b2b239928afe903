import { asFile, fileReference, isLong, type EditContext, type NamedChange } from './changes.ts'
import type { Edit } from './types.ts'
import { alike } from './fields.ts'
import { meaningOf } from './original.ts'
import { type Value } from '../values.ts'
import { isRecord } from './shapes.ts'
import { own } from '../get-own.ts'

const FILE = 'settings.yaml'

/** Settings that are pages of text, and the file that a new one goes into. */
const PAGES: { readonly [key: string]: string } = {
  site_extended_description: 'about.md',
  site_terms: 'privacy-policy.md',
  closed_registrations_message: 'closed-registrations.md',
  custom_css: 'custom.css',
  email_footer_text: 'email-footer.md',
}

/** A cleared text or number is "" or null. */
const same = (a: Value, b: Value): boolean =>
  a === b || (typeof (a ?? '') === 'string' && typeof (b ?? '') === 'string' && alike('value', a, b))

/** The changes of settings.yaml for the settings; long texts go into the files that it names. */
export function settingEdits(
  text: string,
  changes: readonly NamedChange[],
  { read, texts }: EditContext,
): readonly Edit[] {
  const root = meaningOf(FILE, text)
  const settings = isRecord(root) && isRecord(root['settings']) ? root['settings'] : {}
  return changes.flatMap(({ id, fields }): readonly Edit[] => {
    const path = ['settings', id]
    const before = own(settings, id)
    if (fields === null) return before === undefined ? [] : [{ op: 'remove', path }]
    const value = fields['value'] ?? null
    const page = before === undefined && typeof value === 'string' && isLong(value) ? own(PAGES, id) : undefined
    const file = fileReference(FILE, before) ?? page
    if (file === undefined || typeof value !== 'string')
      return before !== undefined && same(before, value) ? [] : [{ op: 'set', path, value }]
    if (!alike(id, read(file), value)) texts.set(file, asFile(value, read(file)))
    return before === undefined ? [{ op: 'set', path, value: { file } }] : []
  })
}
