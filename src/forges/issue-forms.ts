/** How a question of an issue form is answered: in a line, in free text, by one of several answers, or by ticking. */
type Kind = 'line' | 'text' | 'choice' | 'boxes'

/** One question. Its label stands above the answer in the issue, and is what the answer is found by. */
export interface FormField {
  readonly label: string
  readonly kind: Kind
  readonly required: boolean
  /** What is meant, below the label. */
  readonly description?: string
  readonly placeholder?: string
  /** The answers to choose from, or the boxes to tick, in the words that the issue then holds. */
  readonly options?: readonly string[]
}

/** An issue form: what it is called, what its issues' titles begin with, and its questions by name, in order. */
export interface Form {
  readonly title: string
  readonly description: string
  readonly prefix: string
  readonly fields: { readonly [name: string]: FormField }
}

/** Every issue that comes from a form has it. */
export const ASK_LABEL = 'herdbook: ask'
/** Somebody with write permission asks with it for the pull request. */
export const ACCEPT_LABEL = 'herdbook: accept'

const named = {
  label: 'Your name',
  kind: 'boxes',
  required: false,
  description: 'Your account here stays visible in this issue either way.',
  options: ['Name me in the pull request'],
} as const satisfies FormField
const why = (description: string): FormField => ({ label: 'Why', kind: 'text', required: true, description })

/** The nightly issue that tells what was changed by hand. */
export const DRIFT_LABEL = 'herdbook: drift'

/** The forms by name. Each first label is one of its own: an issue's form is told by it. */
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
        description: 'Only the name of the server. Its subdomains are blocked with it.',
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
      why: why('In a sentence or two. Everybody will see it in the list of moderated servers.'),
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
        description: 'As the list of moderated servers names it.',
        placeholder: 'better.example',
      },
      why: why('What has changed since it was blocked.'),
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
        description: 'Your own, without the domain.',
        placeholder: 'alice',
      },
      role: {
        label: 'Role',
        kind: 'line',
        required: true,
        description: 'As the server names it. A role that may do everything is not given by a form.',
        placeholder: 'Moderator',
      },
      why: why('What you would like to do, and what you have done.'),
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
          'Its number in the list of rules, its key in rules.yaml, or its text. Leave it empty for a new rule.',
        placeholder: '3',
      },
      language: {
        label: 'Language',
        kind: 'line',
        required: false,
        description: 'For a translation, its code. Leave it empty for the rule itself.',
        placeholder: 'de',
      },
      text: {
        label: 'Text',
        kind: 'line',
        required: true,
        description: 'The rule as it should read, in one sentence of at most 300 characters.',
      },
      hint: {
        label: 'More about it',
        kind: 'text',
        required: false,
        description: 'Shown below the rule. Left empty, what is there stays.',
      },
      why: why('What is better afterwards.'),
      named,
    },
  },
} as const satisfies { readonly [name: string]: Form }

export type FormName = keyof typeof FORMS
