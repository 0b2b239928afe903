import { FORMS, type FormField, type FormName } from '../../src/instance/forms.ts'

/** The body of an issue as GitHub writes it when a form is sent: labels, answers and boxes in the order of the form. */
export function issueOf(name: FormName, answers: { readonly [field: string]: string | readonly string[] }): string {
  const fields: readonly [string, FormField][] = Object.entries(FORMS[name].fields)
  return fields.map(([field, { label, kind, options = [] }]) => `### ${label}\n\n${kind === 'boxes' ? boxes(options, answers[field] ?? []) : (answers[field] ?? '_No response_')}`).join('\n\n')
}

const boxes = (options: readonly string[], ticked: string | readonly string[]): string => options.map((option) => `- [${ticked.includes(option) ? 'X' : ' '}] ${option}`).join('\n')
