import { EXIT, fail, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { isUnwanted } from '../instance/yaml/characters.ts'
import { FORMS, type FormName } from './issue-form-texts.ts'
import type { IssueForm, FormField } from './issue-forms.ts'
import * as texts from './texts.ts'

/** The answers of an issue's form. Each holds nothing, one text, or the boxes that were ticked. */
export type Answers = {
  readonly [Name in FormName]: {
    readonly form: Name
    readonly answers: { readonly [Field in keyof (typeof FORMS)[Name]['fields']]: readonly string[] }
  }
}[FormName]

/** GitHub's own limit. */
const MAX_ISSUE = 65_536
const MAX_LINE = 300
const MAX_TEXT = 5_000
/** GitHub writes this for a question without an answer. */
const NO_RESPONSE = '_No response_'

/**
 * Reads the answers of an issue that was made with a form: each stands below its label, in the order of the form.
 * The author may write anything, also a label of the form: a label that appears twice is refused.
 * Throws (exit 9) with all that is wrong.
 */
export function readAnswers(body: string): Answers {
  if (body.length > MAX_ISSUE) return refuse('too-long', texts.issueTooLong(MAX_ISSUE))
  const lines = body.split(/\r\n?|\n/)
  const name = formOf(lines)
  const { fields }: IssueForm = FORMS[name]
  const labelLines = labelLinesOf(fields, lines)
  const problems: Diagnostic[] = []
  const answers = Object.fromEntries(
    Object.entries(fields).map(([field, question], index) => {
      const start = labelLines[index]
      const end = labelLines.slice(index + 1).find((line) => line !== undefined) ?? lines.length
      const answer =
        start === undefined
          ? ''
          : lines
              .slice(start + 1, end)
              .join('\n')
              .trim()
      const read = answerOf(question, answer === NO_RESPONSE ? '' : answer)
      if (typeof read === 'string') problems.push(problem('wrong-answer', texts.wrongAnswer(question.label, read)))
      return [field, read]
    }),
  )
  if (problems.length > 0) throw new HerdbookError(EXIT.invalid, problems)
  return { form: name, answers } as Answers
}

const problem = (code: string, message: string): Diagnostic => ({ code, severity: 'error', message })
const refuse = (code: string, message: string): never => fail(EXIT.invalid, code, message)
const headingOf = (label: string): string => `### ${label}`

/** Finds the form whose first label the issue begins with. */
function formOf(lines: readonly string[]): FormName {
  const first = lines.find((line) => line.trim() !== '')?.trimEnd()
  const names = Object.keys(FORMS) as FormName[]
  const found = names.find((name) => first === headingOf(Object.values<FormField>(FORMS[name].fields)[0]?.label ?? ''))
  return found ?? refuse('no-form', texts.NOT_A_FORM)
}

/** Finds the line of each label; undefined if the label is missing. */
function labelLinesOf(fields: IssueForm['fields'], lines: readonly string[]): (number | undefined)[] {
  const labelLines = Object.values(fields).map(({ label }) => {
    const found = lines.flatMap((line, index) => (line.trimEnd() === headingOf(label) ? [index] : []))
    if (found.length > 1) return refuse('answered-twice', texts.answeredTwice(label, found.length))
    return found[0]
  })
  const present = labelLines.filter((line) => line !== undefined)
  if (present.some((line, index) => line < (present[index - 1] ?? 0))) return refuse('out-of-order', texts.OUT_OF_ORDER)
  return labelLines
}

/** Reads one answer, or says what is wrong with it. */
function answerOf(question: FormField, text: string): readonly string[] | string {
  if (isUnwanted(text)) return texts.INVISIBLE_CHARACTER
  if (text === '') return question.required ? texts.ANSWER_MISSING : []
  return READERS[question.kind](text, question.options ?? [])
}

const READERS: {
  readonly [kind in FormField['kind']]: (text: string, options: readonly string[]) => readonly string[] | string
} = {
  line: (text) => {
    if (text.includes('\n')) return texts.SEVERAL_LINES
    return text.length > MAX_LINE ? texts.answerTooLong(MAX_LINE) : [text]
  },
  text: (text) => (text.length > MAX_TEXT ? texts.answerTooLong(MAX_TEXT) : [text]),
  choice: (text, options) => (options.includes(text) ? [text] : texts.NOT_AN_OPTION),
  boxes: (text, options) => {
    const boxes = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => /^- \[([ xX])\] (.+)$/.exec(line.trimEnd()))
    if (boxes.some((box) => box === null || !options.includes(box[2] ?? ''))) return texts.OTHER_BOXES
    return boxes.flatMap((box) => (box && box[1] !== ' ' ? [box[2] ?? ''] : []))
  },
}
