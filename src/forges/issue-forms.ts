/** How a question of an issue form is answered: one line, free text, one of several answers, or checkboxes. */
type QuestionType = 'line' | 'text' | 'choice' | 'boxes'

/** One question. Its label stands above the answer in the issue; the answer is found by it. */
export interface FormField {
  readonly label: string
  readonly kind: QuestionType
  readonly required: boolean
  /** An explanation below the label. */
  readonly description?: string
  readonly placeholder?: string
  /** The answers to choose from, or the boxes to tick, word for word as the issue then holds them. */
  readonly options?: readonly string[]
}

/** An issue form: its name, the first words of its issues' titles, and its questions by name, in order. */
export interface IssueForm {
  readonly title: string
  readonly description: string
  readonly prefix: string
  readonly fields: { readonly [name: string]: FormField }
}

/** Every issue that comes from a form has this label. */
export const ASK_LABEL = 'herdbook: ask'
/** A person with write permission asks for the pull request with this label. */
export const ACCEPT_LABEL = 'herdbook: accept'
/** The label of the nightly issue that lists what was changed by hand. */
export const DRIFT_LABEL = 'herdbook: drift'
