import { EXIT, fail, HerdbookError, type Diagnostic } from '../instance/diagnostic.ts'
import { FORMS, type Form, type FormField, type FormName } from './issue-forms.ts'
import { isUnwanted } from '../instance/yaml/characters.ts'

/** What an issue's form was answered with: none, one, or the boxes that were ticked. */
export type Answers = {
  readonly [Name in FormName]: {
    readonly form: Name
    readonly answers: { readonly [Field in keyof (typeof FORMS)[Name]['fields']]: readonly string[] }
  }
}[FormName]

/** GitHub takes no longer issue. */
const LONGEST = 65_536
const LONGEST_LINE = 300
const LONGEST_TEXT = 5_000
const NOTHING = '_No response_'

/**
 * Reads the answers of an issue that was made with a form: each stands below its label, in the order of the form.
 * Whoever wrote them may have written anything: a label that stands twice is refused, since nobody could tell which
 * answer is meant. Throws (exit 9) with all that is wrong.
 */
export function readAnswers(body: string): Answers {
  if (body.length > LONGEST) return refuse('too-long', `This issue has more than ${LONGEST} characters.`)
  const lines = body.split(/\r\n?|\n/)
  const name = formOf(lines)
  const { fields }: Form = FORMS[name]
  const places = placesOf(fields, lines)
  const problems: Diagnostic[] = []
  const answers = Object.fromEntries(
    Object.entries(fields).map(([field, question], index) => {
      const start = places[index]
      const end = places.slice(index + 1).find((place) => place !== undefined) ?? lines.length
      const answer =
        start === undefined
          ? ''
          : lines
              .slice(start + 1, end)
              .join('\n')
              .trim()
      const read = answerOf(question, answer === NOTHING ? '' : answer)
      if (typeof read === 'string') problems.push(problem('wrong-answer', `${question.label}: ${read}`))
      return [field, read]
    }),
  )
  if (problems.length > 0) throw new HerdbookError(EXIT.invalid, problems)
  return { form: name, answers } as Answers
}

const problem = (code: string, message: string): Diagnostic => ({ code, severity: 'error', message })
const refuse = (code: string, message: string): never => fail(EXIT.invalid, code, message)
const headingOf = (label: string): string => `### ${label}`

/** The form whose first label the issue begins with. */
function formOf(lines: readonly string[]): FormName {
  const first = lines.find((line) => line.trim() !== '')?.trimEnd()
  const names = Object.keys(FORMS) as FormName[]
  const found = names.find((name) => first === headingOf(Object.values<FormField>(FORMS[name].fields)[0]?.label ?? ''))
  return found ?? refuse('no-form', 'This issue was not made with one of the forms, or its first label was changed.')
}

/** The line of each label; undefined for one that is not there. */
function placesOf(fields: Form['fields'], lines: readonly string[]): (number | undefined)[] {
  const places = Object.values(fields).map(({ label }) => {
    const found = lines.flatMap((line, index) => (line.trimEnd() === headingOf(label) ? [index] : []))
    if (found.length > 1)
      return refuse(
        'answered-twice',
        `${label}: this label stands here ${found.length} times, so that nobody can tell which answer is meant.`,
      )
    return found[0]
  })
  const there = places.filter((place) => place !== undefined)
  if (there.some((place, index) => place < (there[index - 1] ?? 0)))
    return refuse('out-of-order', 'The answers are not in the order of the form.')
  return places
}

/** The answer, or what is wrong with it. */
function answerOf(question: FormField, text: string): readonly string[] | string {
  if (isUnwanted(text)) return 'there is a character in it that can not be seen.'
  if (text === '') return question.required ? 'an answer is missing.' : []
  return READERS[question.kind](text, question.options ?? [])
}

const READERS: {
  readonly [kind in FormField['kind']]: (text: string, options: readonly string[]) => readonly string[] | string
} = {
  line: (text) => {
    if (text.includes('\n')) return 'the answer has more than one line.'
    return text.length > LONGEST_LINE ? `the answer has more than ${LONGEST_LINE} characters.` : [text]
  },
  text: (text) => (text.length > LONGEST_TEXT ? `the answer has more than ${LONGEST_TEXT} characters.` : [text]),
  choice: (text, options) => (options.includes(text) ? [text] : 'the answer is none of those that the form has.'),
  boxes: (text, options) => {
    const boxes = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => /^- \[([ xX])\] (.+)$/.exec(line.trimEnd()))
    if (boxes.some((box) => box === null || !options.includes(box[2] ?? '')))
      return 'the boxes are not those of the form.'
    return boxes.flatMap((box) => (box && box[1] !== ' ' ? [box[2] ?? ''] : []))
  },
}
