import { Refusal } from '../../../src/sandbox/failure.ts'
import { DOCS, invalid, notFound, type Actor, type Permission, type State } from './state.ts'

export interface Call {
  readonly state: State
  readonly actor: Actor
  /** Parts of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Readonly<Record<string, unknown>>
  /** Whether the token may do that, too. */
  readonly may: (permission: Permission, access: 'read' | 'write') => boolean
}

/**
 * One thing, a list (under a name, with a count beside it, or with cursors in place of pages, where GitHub has it so),
 * or nothing.
 */
export type Answer =
  | { readonly status?: number; readonly body: unknown }
  | { readonly items: readonly unknown[]; readonly as?: string; readonly cursor?: true }
  | { readonly status: 204 }

/**
 * What a workflow's token needs. `issue` is `issues`, or `pull_requests` where the number is one's; `public` is nothing
 * where the repository is public.
 */
export interface Need {
  readonly permission: Permission | 'issue'
  readonly access: 'read' | 'write'
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /**
   * Under the repository, or beside it where it begins with `@`; `{name}` takes a part, `{name+}` takes what is left,
   * slashes and all.
   */
  readonly path: string
  readonly need: Need
  readonly handle: (call: Call) => Promise<Answer> | Answer
}

export const read = (permission: Need['permission']): Need => ({ permission, access: 'read' })
export const write = (permission: Need['permission']): Need => ({ permission, access: 'write' })

export const numberParam = (call: Call, name: string): number => {
  const value = Number(call.params[name])
  if (!Number.isSafeInteger(value)) throw notFound()
  return value
}

export const textParam = (call: Call, name: string): string => call.params[name] ?? ''

/** A text of the body that has to be there. */
export function text(call: Call, name: string, resource: string): string {
  const value = call.body[name]
  if (typeof value !== 'string') throw invalid(resource, name, 'missing_field')
  return value
}

/** A text of the body, null where it says so, undefined where it is not there. */
export function optionalText(call: Call, name: string): string | null | undefined {
  const value = call.body[name]
  return typeof value === 'string' || value === null ? value : undefined
}

/** A list of texts; GitHub takes labels as objects with a name, too. */
export function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.flatMap((one: unknown) =>
        typeof one === 'string' ? [one] : isRecord(one) && typeof one.name === 'string' ? [one.name] : [],
      )
    : []
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const inaccessible = (): Refusal =>
  new Refusal(403, { message: 'Resource not accessible by integration', documentation_url: DOCS, status: '403' })

/** One page of a list, and the links to the others. */
export function page(
  items: readonly unknown[],
  url: URL,
): { readonly body: readonly unknown[]; readonly link: string | null } {
  const whole = (name: string, otherwise: number): number => {
    const value = Number(url.searchParams.get(name) ?? otherwise)
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise
  }
  const size = Math.min(whole('per_page', 30), 100)
  const at = whole('page', 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const link = (rel: string, to: number): string => {
    const there = new URL(url)
    there.searchParams.set('page', String(to))
    return `<${there.href}>; rel="${rel}"`
  }
  const links = [
    ...(at > 1 ? [link('prev', at - 1), link('first', 1)] : []),
    ...(at < last ? [link('next', at + 1), link('last', last)] : []),
  ]
  return { body: items.slice((at - 1) * size, at * size), link: links.length > 0 ? links.join(', ') : null }
}

/** What of a list comes after a cursor, and the link to what follows. */
export function pageAfter(items: readonly unknown[], url: URL): ReturnType<typeof page> {
  const from = Number(Buffer.from(url.searchParams.get('after') ?? '', 'base64').toString() || 0)
  const to = from + Math.min(Number(url.searchParams.get('per_page') ?? 30), 100)
  const next = new URL(url)
  next.searchParams.set('after', Buffer.from(String(to)).toString('base64'))
  return { body: items.slice(from, to), link: to < items.length ? `<${next.href}>; rel="next"` : null }
}
