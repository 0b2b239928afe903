import { readFile } from 'node:fs/promises'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import * as texts from './texts.ts'

/** What every event of GitHub says about the repository. */
interface EventRepository {
  /** As `owner/name`. */
  readonly repository: string
  readonly visibility: 'public' | 'private'
  readonly defaultBranch: string
}

/** The parts of an event that jobs use. Anyone may have written the texts in it. */
export type ForgeEvent = EventRepository &
  (
    | {
        readonly name: 'pull_request_target'
        readonly action: string
        readonly number: number
        readonly head: string
        readonly at: string | null
        readonly label: string | null
        readonly sender: string
      }
    | {
        readonly name: 'issue_comment'
        readonly number: number
        readonly onPullRequest: boolean
        readonly body: string
        readonly sender: string
      }
    | {
        readonly name: 'issues'
        readonly action: string
        readonly number: number
        readonly label: string | null
        readonly body: string
        readonly bodyBefore: string | null
        readonly sender: string
      }
    | { readonly name: 'merge_group'; readonly head: string; readonly base: string }
    | {
        readonly name: 'push'
        readonly ref: string
        readonly before: string
        readonly after: string
        readonly sender: string
      }
    | {
        readonly name: 'workflow_dispatch'
        readonly inputs: { readonly [name: string]: string }
        readonly sender: string
      }
    | { readonly name: 'schedule' }
  )

export type ForgeEventOf<Name extends ForgeEvent['name']> = Extract<ForgeEvent, { readonly name: Name }>

const MAX_MEBIBYTES = 64

/** Reads the event of this run. Throws (exit 9) if there is none that a job can use. */
export async function readEvent(env: { readonly [name: string]: string | undefined }): Promise<ForgeEvent> {
  const path = env['GITHUB_EVENT_PATH']
  if (path === undefined || path === '')
    return fail(EXIT.invalid, 'no-event', texts.noEvent.message, { hint: texts.noEvent.hint })
  const text = await readFile(path)
  if (text.length > MAX_MEBIBYTES * 1024 * 1024)
    return fail(EXIT.invalid, 'event-too-large', texts.eventTooLarge(MAX_MEBIBYTES))
  const event = eventOf(
    env['GITHUB_EVENT_NAME'] ?? '',
    JSON.parse(text.toString('utf8')),
    env['GITHUB_REPOSITORY'] ?? '',
  )
  // a run that is started again has the old event: the person who started it again is the one who acts
  const by = env['GITHUB_TRIGGERING_ACTOR'] ?? ''
  return 'sender' in event && by !== '' ? { ...event, sender: by } : event
}

/** Reads the event from GitHub's payload. `repository` is the one that this run belongs to, as `owner/name`. */
export function eventOf(name: string, payload: unknown, repository: string): ForgeEvent {
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (isMembers(value) ? value[key] : undefined), payload)
  const text = (path: string): string => textOr(at(path)) ?? missing(name, path)
  const number = (path: string): number => {
    const value = at(path)
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : missing(name, path)
  }
  const where: EventRepository = {
    repository: textOr(at('repository.full_name')) ?? repository,
    // if GitHub does not say, anyone may be reading
    visibility: at('repository.private') === true ? 'private' : 'public',
    defaultBranch: textOr(at('repository.default_branch')) ?? 'main',
  }
  switch (name) {
    case 'pull_request_target':
      return {
        ...where,
        name,
        action: text('action'),
        number: number('pull_request.number'),
        head: commit(text('pull_request.head.sha'), name),
        at: textOr(at('pull_request.updated_at')),
        label: textOr(at('label.name')),
        sender: text('sender.login'),
      }
    case 'issue_comment':
      return {
        ...where,
        name,
        number: number('issue.number'),
        onPullRequest: isMembers(at('issue.pull_request')),
        body: textOr(at('comment.body')) ?? '',
        sender: text('sender.login'),
      }
    case 'issues':
      return {
        ...where,
        name,
        action: text('action'),
        number: number('issue.number'),
        label: textOr(at('label.name')),
        body: textOr(at('issue.body')) ?? '',
        bodyBefore: textOr(at('changes.body.from')),
        sender: text('sender.login'),
      }
    case 'merge_group':
      return {
        ...where,
        name,
        head: commit(text('merge_group.head_sha'), name),
        base: commit(text('merge_group.base_sha'), name),
      }
    case 'push':
      return {
        ...where,
        name,
        ref: text('ref'),
        before: commit(text('before'), name),
        after: commit(text('after'), name),
        sender: text('sender.login'),
      }
    case 'workflow_dispatch':
      return { ...where, name, inputs: inputsOf(at('inputs')), sender: text('sender.login') }
    case 'schedule':
      return { ...where, name }
    default:
      return fail(EXIT.invalid, 'unknown-event', texts.unknownEvent(name.slice(0, 60)))
  }
}

type Members = { readonly [name: string]: unknown }
const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const inputsOf = (value: unknown): { [name: string]: string } =>
  Object.fromEntries(
    Object.entries(isMembers(value) ? value : {}).flatMap(([name, input]) =>
      typeof input === 'string' ? [[name, input.trim()]] : [],
    ),
  )

const missing = (name: string, path: string): never => fail(EXIT.invalid, 'odd-event', texts.oddEvent(name, path))

const commit = (text: string, name: string): string =>
  /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : missing(name, 'commit id')
