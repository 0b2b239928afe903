import { afterAll, describe } from 'vitest'
import { cycleCases } from '../contract/cases/cycle.ts'
import { connectionCases } from '../contract/cases/connections.ts'
import { livePerson } from './hand.ts'
import { liveConnections, liveServer } from './server.ts'

// In this order: the cycle severs follows, and Mastodon's API goes on telling the old numbers for minutes.
describe('the connections of the real Mastodon', () => connectionCases(liveServer))

describe('the cycle on the real Mastodon', () => {
  let person: ReturnType<typeof livePerson> | undefined
  afterAll(() => person?.leave())
  cycleCases(async () => {
    const server = await liveServer()
    person = livePerson(server.directory)
    return { ...server, ...liveConnections(), person }
  })
})
