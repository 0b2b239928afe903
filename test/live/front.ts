import { createServer, request } from 'node:http'

/**
 * What stands before Mastodon in production: calls it by its name, and says that TLS ended here. Without it Mastodon
 * sends everybody to HTTPS.
 * On loopback only; `port` 0 takes any that is free.
 */
export function front(port: number, to: number, name: string) {
  const server = createServer((asked, answer) => {
    const headers = { ...asked.headers, host: name, 'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1' }
    const behind = request({ host: '127.0.0.1', port: to, method: asked.method, path: asked.url, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    })
    behind.on('error', () => answer.destroy())
    asked.pipe(behind)
  })
  return server.listen(port, '127.0.0.1')
}

if (import.meta.main) {
  const [port = '', to = '', name = ''] = process.argv.slice(2)
  front(Number(port), Number(to), name)
}
