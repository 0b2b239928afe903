import { checkoutOf, type Server } from '../contract/cases/server.ts'

const named = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: npm run test:live needs a real server, see DEVELOPERS.md`)
  return value
}

/**
 * The server that the environment names: HERDBOOK_LIVE_URL, HERDBOOK_LIVE_TOKEN, HERDBOOK_LIVE_CONSOLE (a command that
 * runs `bin/rails runner` there), HERDBOOK_LIVE_DATABASE (a command that runs `psql` there, as a superuser) and HERDBOOK_LIVE_DOMAIN.
 */
export function liveServer(): Server {
  return {
    url: named('HERDBOOK_LIVE_URL'),
    token: named('HERDBOOK_LIVE_TOKEN'),
    domain: process.env.HERDBOOK_LIVE_DOMAIN ?? 'herd.example',
    directory: checkoutOf(named('HERDBOOK_LIVE_CONSOLE'), named('HERDBOOK_LIVE_DATABASE')),
  }
}
