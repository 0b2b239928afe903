import fc from 'fast-check'
import type { Announcement } from '../../src/instance/documents.ts'

const TIMES = fc.record(
  {
    from: fc.constantFrom('2026-12-01', '2026-11-01T10:00:00Z'),
    until: fc.constantFrom('2026-12-24', '2027-01-01T18:00:00Z'),
    all_day: fc.boolean(),
  },
  { requiredKeys: ['from', 'until'] },
)

/** An announcement of that key, with times or without. */
export const announcement = (key: string): fc.Arbitrary<Announcement> =>
  fc
    .tuple(
      fc.record(
        {
          key: fc.constant(key),
          text: fc.constantFrom(`${key}, everybody.`, `${key}, all of you.`),
          notify_members: fc.constant(true as const),
        },
        { requiredKeys: ['key', 'text'] },
      ),
      fc.oneof(fc.constant({}), TIMES),
    )
    .map(([own, times]) => ({ ...own, ...times }))
