import type { IncomingMessage } from 'node:http'

export type Params = Readonly<Record<string, unknown>>

/** A request whose parameters can't be read: 400. */
export class Unreadable extends Error {}

/** What Mastodon takes for JSON. */
const JSON_TYPES = ['json', 'jsonrequest', 'jrd+json', 'activity+json', 'ld+json']
  .map((kind) => `application/${kind}`)
  .concat('text/x-json')
/** What Rails itself knows besides. */
const ASKED_AS_JSON = [...JSON_TYPES, 'application/problem+json']
const FORM_TYPE = 'application/x-www-form-urlencoded'

/**
 * Parameters of a query or a form, as Rack reads them: the last of a name counts, `a[]` makes a list and `a[b]` an
 * object.
 */
export function formParams(text: string): Params {
  const params: Record<string, unknown> = {}
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, null] : [pair.slice(0, at), decoded(pair.slice(at + 1))]
    put(params, decoded(name), value)
  }
  return params
}

function put(params: Record<string, unknown>, name: string, value: string | null): void {
  const [, key = '', rest = ''] = /^[[\]]*([^[\]]+)\]*(.*)$/s.exec(name) ?? []
  if (key === '') return
  if (rest === '') {
    params[key] = value
    return
  }
  const known = params[key]
  if (rest === '[]') {
    if (known !== undefined && !Array.isArray(known)) throw new Unreadable(`expected a list in ${key}`)
    params[key] = [...(known ?? []), value]
    return
  }
  if (known !== undefined && (typeof known !== 'object' || known === null || Array.isArray(known))) {
    throw new Unreadable(`expected an object in ${key}`)
  }
  const inside: Record<string, unknown> = { ...known }
  put(inside, rest, value)
  params[key] = inside
}

/** Percent-decoded text; what is not UTF-8 then can't be read. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Unreadable(`can't decode ${text}`)
  }
}

/** The parameters of a body, by its content type. One of a type that Mastodon does not know has none. */
export async function bodyParams(
  request: IncomingMessage,
): Promise<{ readonly params: Params; readonly form: boolean }> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks).toString('utf8')
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === FORM_TYPE) return { params: formParams(text), form: true }
  return { params: text !== '' && JSON_TYPES.includes(type) ? jsonParams(text) : {}, form: false }
}

/** Whether a request asks for JSON alone: where it names several forms, Rails takes it for a browser. */
export const asksForJson = (accept: string): boolean =>
  !accept.includes(',') && ASKED_AS_JSON.includes(accept.split(';')[0]?.trim() ?? '')

/** What is no object has no names, and so no parameters. */
function jsonParams(text: string): Params {
  let value: unknown
  try {
    value = JSON.parse(text, (_, inside: unknown) => {
      if (typeof inside === 'string' && !inside.isWellFormed()) throw new SyntaxError('half a character')
      return inside
    })
  } catch {
    throw new Unreadable('no JSON')
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
