const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/** Whether what is sent to that host never leaves the machine. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)

/** Whether anybody on the way could read what is sent there. */
export function inTheClear(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return protocol !== 'https:' && !isLoopback(hostname)
}
