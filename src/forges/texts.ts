/** Above the answers: what is wrong with the whole issue. */
export const issueTooLong = (max: number): string => `This issue has more than ${max} characters.`
export const NOT_A_FORM = 'This issue was not made with one of the forms, or its first label was changed.'
export const OUT_OF_ORDER = 'The answers are not in the order of the form.'
export const answeredTwice = (label: string, times: number): string =>
  `${label}: this heading appears ${times} times in the issue, so Herdbook cannot know which answer is meant.`

/** What is wrong with one answer. */
export const wrongAnswer = (label: string, problem: string): string => `${label}: ${problem}`
export const INVISIBLE_CHARACTER = 'the answer contains an invisible character.'
export const ANSWER_MISSING = 'the answer is missing.'
export const SEVERAL_LINES = 'the answer has more than one line.'
export const answerTooLong = (max: number): string => `the answer has more than ${max} characters.`
export const NOT_AN_OPTION = 'the answer is not one of the options in the form.'
export const OTHER_BOXES = 'the checkboxes in the issue are not the ones of its form. Do not change their words.'

/** Left of a comment that another run wrote at the same time. */
export const DUPLICATE_COMMENT = 'Herdbook keeps one comment up to date. You find it further up.'
