import { stringify } from 'yaml'
import { ASK_LABEL, FORMS, type Form, type FormField } from '../../forges/issue-forms.ts'

const NOTICE =
  '# Made from the table of forms that Herdbook reads answers by: a label that is changed here is not found there.\n'

const PUBLIC = `**This issue is public: everybody can read it, now and later.**
What must not be public (a name, a private message, a complaint about a member) belongs in a report instead: in Mastodon, open the menu of the post or the profile and choose **Report**. Only the moderators read that.
`

const TYPES = { line: 'input', text: 'textarea', choice: 'dropdown', boxes: 'checkboxes' } as const

/** GitHub's issue forms and their chooser, by path. */
export const issueForms = (): [string, string][] => [
  ...Object.entries<Form>(FORMS).map(([name, form]): [string, string] => [
    `.github/ISSUE_TEMPLATE/${name}.yml`,
    NOTICE + yaml(issueForm(form)),
  ]),
  ['.github/ISSUE_TEMPLATE/config.yml', yaml(CHOOSER)],
]

const issueForm = ({ title, description, prefix, fields }: Form): object => ({
  name: title,
  description,
  title: prefix,
  labels: [ASK_LABEL],
  body: [{ type: 'markdown', attributes: { value: PUBLIC } }, ...Object.entries(fields).map(question)],
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
      name: 'Something that must not be public',
      url: 'https://docs.joinmastodon.org/user/moderating/',
      about: 'In Mastodon, open the menu of the post or the profile and choose Report. Only the moderators read it.',
    },
  ],
}

const yaml = (value: object): string => stringify(value, { lineWidth: 0, singleQuote: true })
