import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fetchList } from '../../src/http/fetch-list.ts'
import { MAX_BYTES } from '../../src/instance/source.ts'

const open: { close: () => void }[] = []
afterEach(() => open.splice(0).forEach((one) => one.close()))

async function server(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const one = createServer(answer).listen(0, '127.0.0.1')
  await once(one, 'listening')
  open.push({ close: () => void (one.closeAllConnections(), one.close()) })
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`
}
const never = new AbortController().signal

test('a list is read from the web, over a few redirects', async () => {
  const url = await server(({ url: path = '' }, response) => {
    const hop = Number(path.slice(1))
    if (hop > 0) response.writeHead(302, { location: `/${hop - 1}` }).end()
    else response.end('a.example\n')
  })
  expect(String(await fetchList(`${url}/5`, never))).toBe('a.example\n')
  await expect(fetchList(`${url}/6`, never)).rejects.toThrow('the address redirects more than 5 times')
})

test.each([
  ['http://lists.example/a.csv', 'over plain HTTP, others on the network could change the list'],
  ['https://user:word@lists.example/a.csv', 'a name or a password'],
  ['https://', 'it is not a web address'],
])('%s is refused before anything is asked', async (url, why) => {
  await expect(fetchList(url, never)).rejects.toMatchObject({ exit: 9, message: expect.stringContaining(why) })
})

test('a password in an address is in no message', async () => {
  await expect(fetchList('https://user:word@lists.example/a.csv', never)).rejects.toMatchObject({
    message: expect.not.stringContaining('word@'),
  })
})

test.each(['http://lists.example/a.csv', 'ftp://lists.example/', 'file:///etc/passwd', 'https://u:p@lists.example/'])(
  'a redirect to %s is refused',
  async (location) => {
    const url = await server((_request, response) => void response.writeHead(301, { location }).end())
    await expect(fetchList(url, never)).rejects.toMatchObject({ exit: 9, diagnostics: [{ code: 'list-unreadable' }] })
  },
)

test('too much, too slow, not found and not there are refused', async () => {
  const [big, slow, lost] = [
    await server((_request, response) => void response.end(Buffer.alloc(MAX_BYTES + 1, 'a'))),
    await server((_request, response) => void response.write('a')),
    await server((_request, response) => void response.writeHead(404).end('404')),
  ]
  await expect(fetchList(big, never)).rejects.toThrow(`the list is larger than ${MAX_BYTES} bytes`)
  await expect(fetchList(slow, never, 200)).rejects.toThrow('the list did not arrive within 0.2 seconds')
  await expect(fetchList(lost, never)).rejects.toThrow('the server answers 404 Not Found')
  await expect(fetchList('http://127.0.0.1:9', never)).rejects.toMatchObject({ exit: 9 })
})
