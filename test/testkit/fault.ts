import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What goes wrong with a request. */
export type Fault =
  /** The server never gets it, and the connection breaks. */
  | { readonly kind: 'lost-request' }
  /** The server acts, and its answer is lost. */
  | { readonly kind: 'lost-answer' }
  /** The server acts, and its answer comes when that has. */
  | { readonly kind: 'late'; readonly until: Promise<unknown> }
  /** Neither an answer nor an end. */
  | { readonly kind: 'no-answer' }
  /** Another answer, and the server never gets the request. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body: string
    }
  /** The answer ends in the middle. */
  | { readonly kind: 'cut' }
  /** The answer to the first request that matched, again. */
  | { readonly kind: 'same-again' }

/** When a fault strikes. Of the requests that match, the `nth` one (from 1), or every one. */
export interface Strike {
  readonly match: { readonly method?: string; readonly path?: RegExp; readonly nth?: number }
  readonly fault: Fault
}

export interface Faulty {
  readonly url: string
  /** Every request that came, as METHOD path. */
  readonly seen: readonly string[]
  readonly close: () => Promise<void>
}

const json = (status: number, error: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'answer',
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify({ error }),
})

/** Answers that servers and what stands before them have been seen to give. */
export const ANSWERS = {
  tooMany: (reset: Date): Fault =>
    json(429, 'Too many requests', {
      'x-ratelimit-limit': '300',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': reset.toISOString(),
    }),
  stumbled: json(500, 'Internal Server Error'),
  forbidden: json(403, 'This action is not allowed'),
  gone: json(404, 'Record not found'),
  badGateway: {
    kind: 'answer',
    status: 502,
    headers: { 'content-type': 'text/html' },
    body: '<html><h1>502 Bad Gateway</h1></html>',
  },
  empty: { kind: 'answer', status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: '' },
} as const satisfies Record<string, Fault | ((reset: Date) => Fault)>

interface Whole {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** Stands between a client and the sandbox, over real HTTP, and lets requests go wrong by a schedule. */
export async function withFaults(sandbox: { readonly url: string }, schedule: readonly Strike[]): Promise<Faulty> {
  const seen: string[] = []
  const strikes = schedule.map((strike) => ({ strike, count: 0, first: undefined as Whole | undefined }))
  const server = createServer((request, response) => {
    void (async () => {
      const [method = '', path = ''] = [request.method, request.url]
      seen.push(`${method} ${path}`)
      const matching = strikes.filter(
        ({ strike: { match } }) => (match.method ?? method) === method && (match.path?.test(path) ?? true),
      )
      for (const one of matching) one.count += 1
      const striking = matching.find(({ strike, count }) => (strike.match.nth ?? count) === count)
      if (striking === undefined) {
        const whole = await forward(sandbox.url, request)
        for (const one of matching) one.first ??= whole
        return answer(response, whole)
      }
      await strikeWith(striking.strike.fault, striking.first, sandbox.url, request, response)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function strikeWith(
  fault: Fault,
  first: Whole | undefined,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (fault.kind) {
    case 'no-answer':
      return
    case 'lost-request':
      response.destroy()
      return
    case 'lost-answer':
      await forward(url, request)
      response.destroy()
      return
    case 'late': {
      const whole = await forward(url, request)
      await fault.until
      answer(response, whole)
      return
    }
    case 'answer':
      request.resume()
      answer(response, { status: fault.status, headers: fault.headers ?? {}, body: Buffer.from(fault.body) })
      return
    case 'cut': {
      const whole = await forward(url, request)
      answer(response, { ...whole, body: whole.body.subarray(0, Math.floor(whole.body.length / 2)) })
      return
    }
    case 'same-again':
      answer(response, first ?? (await forward(url, request)))
  }
}

function forward(url: string, request: IncomingMessage): Promise<Whole> {
  const { method, headers, url: path = '/' } = request
  return new Promise((resolve, reject) => {
    const onward = send(new URL(path, url), { method, headers, agent: false }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: Buffer.concat(chunks) }),
      )
      reply.on('error', reject)
    })
    onward.on('error', reject)
    request.pipe(onward)
  })
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date'])

function answer(response: ServerResponse, { status, headers, body }: Whole): void {
  response.writeHead(
    status,
    Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && !HOP_BY_HOP.has(name))),
  )
  response.end(body)
}
