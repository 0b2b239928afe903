import { isRecord } from '../../../instance/get-own.ts'
import { HttpFailure } from '../../../http/transport.ts'

/** All calls that go through masto, with the API's own keys in and out: masto makes camelCase of them. */
export interface Masto {
  readonly create: (list: string, fields: ApiRow) => Promise<ApiRow>
  readonly update: (list: string, id: string, fields: ApiRow) => Promise<unknown>
  readonly remove: (list: string, id: string) => Promise<unknown>
  /** What the server counts of a domain and its subdomains, at that moment (ISO 8601 UTC). */
  readonly measure: (domain: string, moment: string) => Promise<unknown>
  /** Posts as the token's account, with a key under which the server makes only one post. */
  readonly post: (status: Status, key: string) => Promise<unknown>
}

export type ApiRow = { readonly [field: string]: unknown }

interface Status {
  readonly status: string
  readonly visibility: 'unlisted' | 'public' | 'private'
  readonly allowedMentions: string[]
}

/** A resource of masto, as far as all lists have it. */
interface Resource {
  create(params: object): PromiseLike<unknown>
  $select(id: string): {
    update(params: object): PromiseLike<unknown>
    remove(): PromiseLike<unknown>
  }
}

/** Opens masto for one server. */
export async function openMasto(options: {
  readonly url: string
  readonly accessToken: string
  readonly requestInit: object
  readonly timeout: number
}): Promise<Masto> {
  const { createRestAPIClient } = await import('masto')
  const { v1 } = createRestAPIClient(options)
  // Its proxy answers to any name and verb: the caller must know what the API has.
  const admin = v1.admin as unknown as { readonly [list: string]: Resource }
  const resource = (list: string): Resource => admin[camelCase(list)] as Resource
  return {
    create: async (list, fields) => snake(await failing(async () => resource(list).create(camel(fields)))),
    update: (list, id, fields) => failing(async () => resource(list).$select(id).update(camel(fields))),
    remove: (list, id) => failing(async () => resource(list).$select(id).remove()),
    measure: (domain, moment) => {
      const params = { domain, includeSubdomains: true }
      return failing(async () =>
        v1.admin.measures.create({
          keys: ['instance_accounts', 'instance_follows', 'instance_followers'],
          startAt: moment,
          endAt: moment,
          instanceAccounts: params,
          instanceFollows: params,
          instanceFollowers: params,
        }),
      )
    },
    post: (status, key) =>
      failing(async () => v1.statuses.create(status, { requestInit: { headers: { 'Idempotency-Key': key } } })),
  }
}

/** Sends, and turns masto's error of an answer into a failure with the API's own keys. */
async function failing<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send()
  } catch (error) {
    throw answerIn(error) ?? error
  }
}

/** The answer that an error is about; null if there is none, or if the transport has made a failure of it already. */
function answerIn(error: unknown): HttpFailure | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof HttpFailure) return null
    if ('statusCode' in cause && typeof cause.statusCode === 'number') {
      const details = snake('additionalProperties' in cause ? cause.additionalProperties : {})
      return new HttpFailure(cause.statusCode, cause.message, { details, cause: error })
    }
  }
  return null
}

const camelCase = (key: string): string => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

const camel = (fields: ApiRow): ApiRow =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [camelCase(key), value]))

/** An answer with the API's own keys, as deep as records go. */
const snake = (answer: unknown): ApiRow =>
  isRecord(answer)
    ? Object.fromEntries(
        Object.entries(answer).map(([key, value]) => [
          key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
          isRecord(value) ? snake(value) : value,
        ]),
      )
    : {}
