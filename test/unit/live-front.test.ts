import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { expect, it } from 'vitest'
import { front } from '../live/front.ts'

const portOf = (server: Server): number => (server.address() as AddressInfo).port

it('a real Mastodon behind its front is called by its name and told of TLS, and its answers come through', async () => {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = []
  const mastodon = createServer((asked, answer) => {
    let body = ''
    asked.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')))
    asked.on('end', () => {
      seen.push({ headers: asked.headers, body })
      answer.writeHead(422, { 'x-ratelimit-remaining': '7' }).end('no')
    })
  }).listen(0, '127.0.0.1')
  await once(mastodon, 'listening')
  const before = front(0, portOf(mastodon), 'herd.example')
  await once(before, 'listening')
  const answer = await fetch(`http://127.0.0.1:${portOf(before)}/api/v1/x`, {
    method: 'POST',
    body: 'a=1',
    headers: { authorization: 'Bearer t' },
  })
  expect([answer.status, answer.headers.get('x-ratelimit-remaining'), await answer.text()]).toEqual([422, '7', 'no'])
  expect(seen).toMatchObject([
    { headers: { host: 'herd.example', 'x-forwarded-proto': 'https', authorization: 'Bearer t' }, body: 'a=1' },
  ])
  for (const server of [before, mastodon]) {
    server.close()
    server.closeAllConnections()
  }
})
