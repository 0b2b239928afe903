import { FORMS, type FormName } from '../../src/forges/issue-form-texts.ts'
import type { FormField } from '../../src/forges/issue-forms.ts'

/** The body of an issue as GitHub writes it when a form is sent: labels, answers and boxes in the order of the form. */
export function issueOf(name: FormName, answers: { readonly [field: string]: string | readonly string[] }): string {
  const fields: readonly [string, FormField][] = Object.entries(FORMS[name].fields)
  return fields
    .map(
      ([field, { label, kind, options = [] }]) =>
        `### ${label}\n\n${kind === 'boxes' ? boxes(options, answers[field] ?? []) : written(answers[field])}`,
    )
    .join('\n\n')
}

const written = (answer: string | readonly string[] | undefined): string =>
  typeof answer === 'string' ? answer : '_No response_'
const boxes = (options: readonly string[], ticked: string | readonly string[]): string =>
  options.map((option) => `- [${ticked.includes(option) ? 'X' : ' '}] ${option}`).join('\n')
