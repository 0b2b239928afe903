import type { Sandbox } from '../../src/sandbox/index.ts'
import { differences, type Pairs } from './compare.ts'
import type { Step } from './recorded.ts'

const JSON_TYPE = 'application/json'

/** Sends a request; `raw` is a body that is no JSON, or of another type than its text says. */
export type Ask = (
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
  raw?: {
    readonly text?: string | undefined
    readonly type?: string | undefined
    readonly accept?: string | undefined
  },
) => Promise<Response>

export const asking =
  ({ url, tokens }: Sandbox): Ask =>
  (
    method,
    path,
    token,
    body,
    { text = body === undefined ? undefined : JSON.stringify(body), type = JSON_TYPE, accept = JSON_TYPE } = {},
  ) => {
    const secret =
      token === null ? {} : { authorization: `Bearer ${(tokens as Record<string, string>)[token] ?? token}` }
    const content = text === undefined ? {} : { body: text }
    return fetch(`${url}${path}`, { method, headers: { 'content-type': type, accept, ...secret }, ...content })
  }

/** The list that a path is about: what its ids are ids of. */
export const listOf = (path: string): string =>
  /verify_credentials/.test(path)
    ? path.includes('/apps/')
      ? 'apps'
      : 'accounts'
    : (/^\/api\/v\d\/admin\/(\w+)/.exec(path)?.[1] ?? path)

/** A path or a `Link` of the recording with the ids of our server. */
export function translated(text: string, list: string, pairs: Pairs): string {
  return text.replaceAll(
    /(max_id=|since_id=|min_id=|blocks\/|allows\/)(\d+)/g,
    (_, before: string, id: string) => `${before}${pairs.ours(list, id)}`,
  )
}

/** Dates of measures, moved so that the day of the recording is the day that the sandbox's people were made. */
export function moved<T>(value: T, days: number): T {
  const text = JSON.stringify(value)?.replaceAll(/"(\d{4}-\d\d-\d\d)"/g, (_, day: string) =>
    JSON.stringify(new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)),
  )
  return text === undefined ? value : JSON.parse(text)
}

export function headerDifferences(
  recorded: Step['response']['headers'],
  ours: Headers,
  list: string,
  pairs: Pairs,
): readonly string[] {
  return Object.entries(recorded).flatMap(([name, value]) => {
    const actual = ours.get(name) ?? 'none'
    const same =
      name === 'x-ratelimit-remaining'
        ? /^\d+$/.test(actual)
        : name === 'x-ratelimit-reset'
          ? /^\d{4}-\d\d-\d\dT\d\d:\d[05]:00\.\d{6}Z$/.test(actual)
          : actual === translated(value, list, pairs)
    return same ? [] : [`${name}: recorded ${value}, ours ${actual}`]
  })
}

export async function bodyDifferences(
  step: Step,
  response: Response,
  list: string,
  pairs: Pairs,
  days: number,
): Promise<readonly string[]> {
  const { body, text, length } = step.response
  const answer = await response.text()
  if (body === undefined) return answer === text ? [] : [`text: recorded ${text}, ours ${answer}`]
  const ours: unknown = JSON.parse(answer)
  const wanted = list === 'measures' ? moved(body, days) : body
  if (length === undefined || !Array.isArray(ours)) return differences(wanted, ours, list, pairs)
  const cut = [...ours.slice(0, 2), ours.at(-1)]
  return [
    ...(ours.length === length ? [] : [`recorded ${length} entries, ours ${ours.length}`]),
    ...differences(wanted, cut, list, pairs),
  ]
}
