import { describe } from 'vitest'
import { doorCases } from '../contract/cases/doors.ts'
import { liveServer } from './server.ts'

describe('the doors of the real Mastodon', () => doorCases(liveServer))
