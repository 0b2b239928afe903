import { describe, expect, test } from 'vitest'
import { readAnswers } from '../../src/forges/form-answers.ts'
import { EXIT, HerdbookError } from '../../src/instance/diagnostic.ts'
import { FORMS } from '../../src/forges/issue-form-texts.ts'
import type { FormField } from '../../src/forges/issue-forms.ts'
import { issueOf } from '../support/forms.ts'

const [SUSPEND, LIMIT] = FORMS.block.fields.severity.options
const [MEDIA, REPORTS] = FORMS.block.fields.refuse.options
const [NAMED] = FORMS.block.fields.named.options
const GIVEN = {
  domain: 'spam.example',
  severity: SUSPEND,
  refuse: [REPORTS],
  why: 'Spam,\nno moderation',
  named: [NAMED],
}

/** What a body is refused with. */
function refusal(body: string): string {
  try {
    readAnswers(body)
  } catch (error) {
    if (error instanceof HerdbookError && error.exit === EXIT.invalid) return error.message
    throw error
  }
  return 'taken'
}

describe('the answers of a form', () => {
  test('are found below their labels', () => {
    const read = {
      form: 'block',
      answers: {
        domain: ['spam.example'],
        severity: [SUSPEND],
        refuse: [REPORTS],
        why: ['Spam,\nno moderation'],
        evidence: [],
        named: [NAMED],
      },
    }
    expect(readAnswers(issueOf('block', GIVEN))).toEqual(read)
    expect(readAnswers(issueOf('block', GIVEN).replaceAll('\n', '\r\n'))).toEqual(read)
  })

  test('tell which form it is, whatever the title says', () => {
    expect(readAnswers(issueOf('promote', { account: 'alice', role: 'Moderator', why: 'To help' })).form).toBe(
      'promote',
    )
    expect(readAnswers(issueOf('rule', { text: 'Be kind.', why: 'Shorter' })).answers).toMatchObject({
      rule: [],
      language: [],
      text: ['Be kind.'],
    })
    expect(refusal('Please block spam.example')).toMatch(/not made with one of the forms/)
    expect(refusal('')).toMatch(/not made with one of the forms/)
  })

  test('boxes are ticked one by one', () => {
    expect(readAnswers(issueOf('block', { ...GIVEN, refuse: [MEDIA, REPORTS], named: [] })).answers).toMatchObject({
      refuse: [MEDIA, REPORTS],
      named: [],
    })
    expect(readAnswers(issueOf('block', GIVEN).replace('[X] Name', '[x] Name')).answers.named).toEqual([NAMED])
  })

  test('each label is of one form and of one question', () => {
    const first = Object.values(FORMS).map(({ fields }) => Object.values<FormField>(fields)[0]?.label)
    expect(new Set(first).size).toBe(first.length)
    for (const { fields } of Object.values(FORMS)) {
      const labels = Object.values<FormField>(fields).map(({ label }) => label)
      expect(new Set(labels).size).toBe(labels.length)
    }
  })
})

describe('answers that are refused', () => {
  test.each([
    [
      'more than one line for a domain',
      { domain: 'spam.example\nsecond.example' },
      /Domain to block: the answer has more than one line/,
    ],
    ['a domain that goes on and on', { domain: 'a'.repeat(2_000) }, /more than 300 characters/],
    ['a text of a megabyte', { why: 'w'.repeat(1_000_000) }, /more than 65536 characters/],
    ['a text too long for anybody', { why: 'w'.repeat(6_000) }, /Why: the answer has more than 5000/],
    ['no domain', { domain: '_No response_' }, /Domain to block: the answer is missing/],
    [
      'an answer that the form does not have',
      { severity: 'delete' },
      /How strictly: the answer is not one of the options in the form/,
    ],
    ['characters that turn text around', { why: 'harmless \u202Etxt' }, /contains an invisible character/],
  ])('%s', (_name, answers, why) => {
    expect(refusal(issueOf('block', { ...GIVEN, ...answers }))).toMatch(why)
  })

  test('all at once', () => {
    expect(refusal(issueOf('block', { ...GIVEN, domain: 'a\nb', severity: 'x' }))).toMatch(
      /Domain to block[^]*How strictly/,
    )
  })

  test.each([
    ['before it', { domain: 'spam.example\n\n### How strictly\n\nnone' }],
    ['after it', { why: `Spam\n\n### How strictly\n\n${LIMIT}` }],
    ['its own label', { domain: 'spam.example\n\n### Domain to block\n\nmastodon.example' }],
    ['with spaces behind it', { why: `Spam\n\n### Your name   \n\n- [X] ${NAMED}` }],
    ['in a fence', { why: `\`\`\`\n### Domain to block\n\nother.example\n\`\`\`` }],
  ])('a text that imitates another question, %s', (_name, answers) => {
    expect(refusal(issueOf('block', { ...GIVEN, ...answers }))).toMatch(/this heading appears 2 times/)
  })

  test('questions in another order than the form has them', () => {
    const [domain = '', ...others] = issueOf('block', GIVEN).split(/\n\n(?=### )/)
    expect(refusal([domain, ...others.toReversed()].join('\n\n'))).toMatch(/not in the order/)
  })

  test('a box that nobody offered', () => {
    expect(refusal(issueOf('block', GIVEN).replace(`[X] ${REPORTS}`, '[X] Everything'))).toMatch(
      /Also refuse: the checkboxes in the issue are not the ones of its form/,
    )
  })

  test('a question whose heading is gone is one without an answer', () => {
    expect(refusal(issueOf('block', GIVEN).replace('### How strictly', 'How strictly'))).toMatch(
      /Domain to block: the answer has more than one line[^]*How strictly: the answer is missing/,
    )
  })
})
