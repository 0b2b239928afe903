import * as texts from './texts.ts'
import { stringify } from 'yaml'
import { FORMS } from '../../forges/issue-form-texts.ts'
import { ASK_LABEL, type IssueForm, type FormField } from '../../forges/issue-forms.ts'

const TYPES = { line: 'input', text: 'textarea', choice: 'dropdown', boxes: 'checkboxes' } as const

/** GitHub's issue forms and their chooser, by path. */
export const issueForms = (): [string, string][] => [
  ...Object.entries<IssueForm>(FORMS).map(([name, form]): [string, string] => [
    `.github/ISSUE_TEMPLATE/${name}.yml`,
    texts.FORM_NOTICE + yaml(issueForm(form)),
  ]),
  ['.github/ISSUE_TEMPLATE/config.yml', yaml(CHOOSER)],
]

const issueForm = ({ title, description, prefix, fields }: IssueForm): object => ({
  name: title,
  description,
  title: prefix,
  labels: [ASK_LABEL],
  body: [{ type: 'markdown', attributes: { value: texts.FORM_PUBLIC } }, ...Object.entries(fields).map(question)],
})

function question([id, { label, kind, required, description, placeholder, options }]: [string, FormField]): object {
  const choices = kind === 'boxes' ? options?.map((option) => ({ label: option })) : options
  return {
    type: TYPES[kind],
    id,
    attributes: { label, description, placeholder, options: choices },
    // Boxes are asked for one by one, and none of ours has to be ticked.
    ...(required ? { validations: { required } } : {}),
  }
}

const CHOOSER = {
  blank_issues_enabled: true,
  contact_links: [
    {
      name: texts.CHOOSER.name,
      url: 'https://docs.joinmastodon.org/user/moderating/',
      about: texts.CHOOSER.about,
    },
  ],
}

const yaml = (value: object): string => stringify(value, { lineWidth: 0, singleQuote: true })
