import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { InstanceFile } from '../../src/instance/documents.ts'
import { checkoutOf, type Server } from '../contract/cases/server.ts'
import { loopback } from './loopback.ts'

const named = (name: string): string => {
  const value = process.env[name]
  if (!value)
    throw new Error(`${name} is not set: npm run test:live needs a real server, see test/live/vitest.config.ts`)
  return value
}

/** The server that the environment names; test/live/vitest.config.ts says how. */
export async function liveServer(): Promise<Server> {
  return {
    url: await loopback(named('HERDBOOK_LIVE_URL')),
    token: named('HERDBOOK_LIVE_TOKEN'),
    domain: process.env.HERDBOOK_LIVE_DOMAIN ?? 'herd.example',
    directory: checkoutOf(named('HERDBOOK_LIVE_CONSOLE'), named('HERDBOOK_LIVE_DATABASE')),
  }
}

/** Connections over SSH, out of the instance.yaml that HERDBOOK_LIVE_INSTANCE names. */
export function liveConnections(): { readonly connections?: Pick<InstanceFile, 'mastodon' | 'ssh'> } {
  const file = process.env.HERDBOOK_LIVE_INSTANCE
  if (!file) return {}
  const { mastodon, ssh }: InstanceFile = parse(readFileSync(file, 'utf8'))
  return { connections: { ...(mastodon ? { mastodon } : {}), ...(ssh ? { ssh } : {}) } }
}
