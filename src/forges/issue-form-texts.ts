import type { IssueForm, FormField } from './issue-forms.ts'

const named = {
  label: 'Your name',
  kind: 'boxes',
  required: false,
  description: 'This issue always shows your account, whether you choose this or not.',
  options: ['Name me in the pull request'],
} as const satisfies FormField
const why = (description: string): FormField => ({ label: 'Why', kind: 'text', required: true, description })

/**
 * The forms by name. The first label of a form is in no other form: an issue's form is recognised by it.
 * Labels and options must stay as they are: open issues hold them word for word.
 */
export const FORMS = {
  block: {
    title: 'Block a domain',
    description: 'Ask the moderators to limit or suspend another server.',
    prefix: 'Block: ',
    fields: {
      domain: {
        label: 'Domain to block',
        kind: 'line',
        required: true,
        description: 'Only the name of the server. Its subdomains are blocked too.',
        placeholder: 'spam.example',
      },
      severity: {
        label: 'How strictly',
        kind: 'choice',
        required: true,
        options: [
          'suspend: nothing comes in, and follows in both directions are cut for good',
          'limit: its posts reach only the people who follow them',
          'none: only what is ticked below is refused',
        ],
      },
      refuse: {
        label: 'Also refuse',
        kind: 'boxes',
        required: false,
        options: ['Their pictures and videos', 'Their reports'],
      },
      why: why('One or two sentences. Everyone can read them in the list of moderated servers.'),
      evidence: {
        label: 'Where it can be seen',
        kind: 'text',
        required: false,
        description: 'Links to public posts or pages.',
      },
      named,
    },
  },
  unblock: {
    title: 'Lift a block',
    description: 'Ask the moderators to lift the block of another server.',
    prefix: 'Lift the block: ',
    fields: {
      domain: {
        label: 'Domain that is blocked',
        kind: 'line',
        required: true,
        description: 'Write it as in the list of moderated servers.',
        placeholder: 'better.example',
      },
      why: why('What has changed since it was blocked?'),
      named,
    },
  },
  promote: {
    title: 'Become a moderator',
    description: 'Ask for a role on this server.',
    prefix: 'Become a moderator: ',
    fields: {
      account: {
        label: 'Account on this server',
        kind: 'line',
        required: true,
        description: 'Your own account name, without the domain.',
        placeholder: 'alice',
      },
      role: {
        label: 'Role',
        kind: 'line',
        required: true,
        description: 'Write it as on the server. You cannot ask here for a role that may do everything.',
        placeholder: 'Moderator',
      },
      why: why('What would you like to do, and what have you done so far?'),
      named,
    },
  },
  rule: {
    title: 'Change a rule',
    description: 'Propose a new rule, a new wording, or a translation of one.',
    prefix: 'Change a rule: ',
    fields: {
      rule: {
        label: 'Rule to change',
        kind: 'line',
        required: false,
        description:
          'Its number in the list of rules, its key in rules.yaml, or its text. Leave this empty for a new rule.',
        placeholder: '3',
      },
      language: {
        label: 'Language',
        kind: 'line',
        required: false,
        description: 'For a translation: its language code. Leave this empty to change the rule itself.',
        placeholder: 'de',
      },
      text: {
        label: 'Text',
        kind: 'line',
        required: true,
        description: 'The new text of the rule: one sentence of at most 300 characters.',
      },
      hint: {
        label: 'More about it',
        kind: 'text',
        required: false,
        description: 'Shown below the rule. Leave this empty to keep the text that is there.',
      },
      why: why('What will be better?'),
      named,
    },
  },
} as const satisfies { readonly [name: string]: IssueForm }

export type FormName = keyof typeof FORMS
