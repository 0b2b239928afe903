/** Why a request is not answered. Nothing was done. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Throws a refusal. */
export function refuse(code: string, message: string): never {
  throw new Refused(code, message)
}

/** A request as it came in: nothing of it is known to have its type. */
export type Request = { readonly [key: string]: unknown }

/** The request of a line. What can't be read is not repeated: it may hold a secret. */
export function requestOf(line: string): Request {
  try {
    const request: unknown = JSON.parse(line)
    if (isRequest(request)) return request
  } catch {
    refuse('bad-request', 'that is no JSON')
  }
  return refuse('bad-request', 'that is no object')
}

/** Whether it is an object with keys. */
export const isRequest = (value: unknown): value is Request =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text of the request. */
export function text(request: Request, key: string): string {
  const value = request[key]
  return typeof value === 'string' ? value : refuse('bad-request', `${key} is no text`)
}

/** A list of texts of the request. */
export function texts(request: Request, key: string): string[] {
  const value = request[key]
  if (!Array.isArray(value)) return refuse('bad-request', `${key} is no list`)
  return value.map((one) => (typeof one === 'string' ? one : refuse('bad-request', `${key} holds more than texts`)))
}

/** An object of the request. */
export function object(request: Request, key: string): Request {
  const value = request[key]
  return isRequest(value) ? value : refuse('bad-request', `${key} is no object`)
}

/** A list of objects of the request. */
export function objects(request: Request, key: string): Request[] {
  const value = request[key]
  return Array.isArray(value) && value.every(isRequest) ? value : refuse('bad-request', `${key} is no list of objects`)
}

/** A count of the request. */
export function count(request: Request, key: string): number {
  const value = request[key]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuse('bad-request', `${key} is no count`)
}
