import { afterAll, describe } from 'vitest'
import { cycleCases } from '../contract/cases/cycle.ts'
import { livePerson } from './hand.ts'
import { liveDoors, liveServer } from './server.ts'

describe('the cycle on the real Mastodon', () => {
  let person: ReturnType<typeof livePerson> | undefined
  afterAll(() => person?.leave())
  cycleCases(async () => {
    const server = await liveServer()
    person = livePerson(server.directory)
    return { ...server, ...liveDoors(), person }
  })
})
