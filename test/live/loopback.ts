import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

/**
 * An address on loopback that leads to a server without TLS, since a token is sent over plain HTTP nowhere else. Other
 * addresses stay.
 */
export async function loopback(address: string): Promise<string> {
  const url = new URL(address)
  if (url.protocol !== 'http:' || /^(localhost|127\.|\[::1\])/.test(url.hostname)) return address
  const server = createServer((near) => {
    const far = connect(Number(url.port || 80), url.hostname)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
