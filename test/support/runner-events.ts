import type { WorkflowTemplate } from '@actions/workflow-parser/model/workflow-template'
import { gitOf } from './runner-git.ts'

/** What GitHub tells workflows of: the event's name, and its payload as the webhook has it. */
export interface Delivery {
  readonly name: string
  readonly payload: unknown
}

/** What a run of an event is on: the ref, and the commit whose workflows are taken. */
export interface Source {
  readonly ref: string
  readonly commit: string
}

type Members = { readonly [name: string]: unknown }
const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null

/** A value of a payload by its path, such as `pull_request.head.sha`. */
export const at = (payload: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isMembers(value) ? value[key] : undefined), payload)
export const textAt = (payload: unknown, path: string): string => {
  const value = at(payload, path)
  return typeof value === 'string' ? value : ''
}

/**
 * Where the workflows of an event come from, by GitHub's rules as of December 2025: pull_request_target, comments,
 * issues and schedules always
 * from the default branch; the others from what the event is about. null where that is gone, as for the push that
 * deletes a branch.
 */
export function sourceOf(remote: string, defaultBranch: string, { name, payload }: Delivery): Source | null {
  const ref = refOf(defaultBranch, name, payload)
  const commit =
    (name === 'push' && textAt(payload, 'after')) ||
    (name === 'merge_group' && textAt(payload, 'merge_group.head_sha')) ||
    gitOf(remote, 'rev-parse', '--verify', '--quiet', ref)
  return /^0*$/.test(commit) ? null : { ref, commit }
}

function refOf(defaultBranch: string, name: string, payload: unknown): string {
  switch (name) {
    case 'push':
      return textAt(payload, 'ref')
    case 'merge_group':
      return textAt(payload, 'merge_group.head_ref')
    case 'pull_request':
      return `refs/pull/${String(at(payload, 'pull_request.number'))}/merge`
    case 'workflow_dispatch': {
      const ref = textAt(payload, 'ref')
      return ref.startsWith('refs/') ? ref : `refs/heads/${ref || defaultBranch}`
    }
    default:
      return `refs/heads/${defaultBranch}`
  }
}

/** What GitHub takes where a workflow names no types. */
const USUAL_TYPES: { readonly [event: string]: readonly string[] } = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
}

interface Filters {
  readonly types?: readonly string[]
  readonly branches?: readonly string[]
  readonly tags?: readonly string[]
  readonly [other: string]: unknown
}

/** Why an event starts no run of a workflow; null where it does. Throws on a filter that this runner does not know. */
export function notFor(
  file: string,
  { events }: WorkflowTemplate,
  { name, payload }: Delivery,
  { ref }: Source,
): string | null {
  const wanted = events[name]
  if (wanted === undefined) return `it does not listen to ${name}`
  if (name === 'schedule')
    return events.schedule?.some(({ cron }) => cron === at(payload, 'schedule')) ? null : 'it is for another time'
  if (name === 'workflow_dispatch')
    return textAt(payload, 'workflow').split('/').at(-1) === file ? null : 'another one was started by hand'
  const { types = USUAL_TYPES[name], branches, tags, ...others } = (isMembers(wanted) ? wanted : {}) as Filters
  const unknown = Object.keys(others)
  if (unknown.length > 0) throw new Error(`The runner knows no filter by ${unknown.join(', ')}`)
  const action = textAt(payload, 'action')
  if (types !== undefined && !types.includes(action)) return `it does not listen to ${name}: ${action}`
  return name === 'push' && !pushed(ref, branches, tags) ? `it does not listen to pushes of ${ref}` : null
}

function pushed(ref: string, branches?: readonly string[], tags?: readonly string[]): boolean {
  if (branches === undefined && tags === undefined) return true
  const [, kind = '', short = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? []
  return ((kind === 'heads' ? branches : tags) ?? []).some((pattern) => matches(pattern, short))
}

function matches(pattern: string, name: string): boolean {
  const plain = pattern.replaceAll(/[.+()|[\]{}^$\\]/g, '\\$&')
  return new RegExp(`^${plain.replaceAll(/\*+/g, (stars) => (stars === '*' ? '[^/]*' : '.*'))}$`).test(name)
}
