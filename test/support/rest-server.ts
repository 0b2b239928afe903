import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { openRest } from '../../src/providers/mastodon/rest/open-rest.ts'
import { type Rest } from '../../src/providers/mastodon/rest/types.ts'
import type { ReadRequest } from '../../src/providers/mastodon/tables.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string, seen: number) => void

/** The connection, what was sent through it, and which waits it told. */
export interface Bench {
  readonly rest: Rest
  readonly sent: string[]
  readonly waits: { readonly seconds: number }[]
  readonly url: string
}

/** A server that answers what a test says, and the connection to it; closed with the test. */
export async function serving(handler: Handler, reading = true): Promise<Bench> {
  const sent: string[] = []
  const waits: { readonly seconds: number }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      sent.push(`${request.method} ${request.url}`)
      handler(request, response, body, sent.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const rest = await openRest({ url, token: 'secret-token', reading, onWait: (wait) => waits.push(wait) })
  onTestFinished(async () => {
    await rest.close()
    await new Promise((resolve) => server.close(resolve))
  })
  return { rest, sent, waits, url }
}

/** Answers with JSON, as Mastodon does. */
export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(JSON.stringify(body))
}

/** A domain block as Mastodon's API has it. */
export const row = (id: number) => ({
  id: String(id),
  domain: `d${id}.example`,
  digest: 'x',
  created_at: '2026-11-23T02:13:40.786Z',
  severity: 'silence',
  reject_media: false,
  reject_reports: false,
  private_comment: null,
  public_comment: 'c',
  obfuscate: false,
})
export const BLOCKS: ReadRequest = { tables: ['domain_blocks'], accounts: [], measure: [] }
/** As many rows as a page holds, from that id down. */
export const page = (from: number, length = 500) =>
  Array.from({ length: Math.min(length, from) }, (_, i) => row(from - i))
/** The header that says that there are more rows. */
export const NEXT = { link: '<https://public.example/api/v1/admin/domain_blocks?max_id=1>; rel="next"' }
/** Below which id the rows are asked for. */
export const maxId = (request: IncomingMessage): number =>
  Number(new URL(request.url ?? '', 'http://x').searchParams.get('max_id') ?? Number.POSITIVE_INFINITY)

/** A list of so many rows that pages as Mastodon does. */
export const list =
  (length: number): Handler =>
  (request, response) => {
    const rows = page(Math.min(length, maxId(request) - 1))
    json(response, rows, 200, rows.length === 500 ? NEXT : {})
  }
