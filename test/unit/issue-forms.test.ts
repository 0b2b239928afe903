import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { issueForms } from '../../src/setup/init/forms.ts'
import { FORMS } from '../../src/forges/issue-form-texts.ts'
import { ASK_LABEL } from '../../src/forges/issue-forms.ts'

interface Question {
  readonly type: string
  readonly id?: string
  readonly attributes: {
    readonly label?: string
    readonly value?: string
    readonly options?: readonly (string | { readonly label: string })[]
  }
  readonly validations?: { readonly required: boolean }
}
interface IssueForm {
  readonly name: string
  readonly title: string
  readonly labels: readonly string[]
  readonly body: readonly Question[]
}

const files = issueForms()
const forms = files
  .filter(([path]) => !path.endsWith('config.yml'))
  .map(([path, text]) => [path, parse(text) as IssueForm] as const)

describe('the issue forms', () => {
  it('are the forms of the table, in the folder where GitHub looks, and nothing else is there', () => {
    expect(forms.map(([, { name, title }]) => [name, title])).toEqual(
      Object.values(FORMS).map(({ title, prefix }) => [title, prefix]),
    )
    const folder = '.github/ISSUE_TEMPLATE'
    expect(
      readdirSync(resolve(import.meta.dirname, '../..', folder))
        .map((name) => `${folder}/${name}`)
        .toSorted(),
    ).toEqual(files.map(([path]) => path).toSorted())
  })

  it.each(forms)('%s says first that it is public, and where to go with what is not', (_, { body, labels }) => {
    expect(body[0]?.type).toBe('markdown')
    expect(body[0]?.attributes.value).toMatch(/public[^]*Report/)
    expect(labels).toEqual([ASK_LABEL])
  })

  // What GitHub asks of a form, so that it is not left out of the chooser.
  it.each(forms)('%s is one that GitHub takes', (_, { name, title, body }) => {
    expect(name.length).toBeGreaterThan(3)
    expect(title).toMatch(/\S/)
    const questions = body.slice(1)
    const labels = questions.map(({ attributes }) => attributes.label?.toLowerCase())
    expect(new Set(labels).size).toBe(questions.length)
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length)
    for (const { type, id = '', attributes, validations } of questions) {
      expect(['input', 'textarea', 'dropdown', 'checkboxes']).toContain(type)
      expect(id).toMatch(/^[a-zA-Z0-9_-]+$/)
      const options = (attributes.options ?? []).map((option) => (typeof option === 'string' ? option : option.label))
      expect(options.length > 0).toBe(type === 'dropdown' || type === 'checkboxes')
      expect(new Set(options).size).toBe(options.length)
      expect(options.map((option) => option.toLowerCase())).not.toContain('none')
      expect(type === 'checkboxes' && validations !== undefined).toBe(false)
    }
  })

  it('asks for what the table needs, and leaves the rest free', () => {
    const needed = forms.map(([, { body }]) =>
      body.filter(({ validations }) => validations?.required).map(({ id }) => id),
    )
    expect(needed).toEqual([
      ['domain', 'severity', 'why'],
      ['domain', 'why'],
      ['account', 'role', 'why'],
      ['text', 'why'],
    ])
  })
})
