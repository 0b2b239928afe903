export interface ThrottleState {
  readonly limit: number
  readonly remaining: number
  readonly exceeded: boolean
  /** When the window ends, in milliseconds since the epoch. */
  readonly reset: number
}

export interface Caller {
  readonly address: string
  readonly token: string | null
  readonly user: string | null
  readonly api: boolean
  readonly paging: boolean
}

const MINUTE = 60_000

/** Rack::Attack's throttles for the API: whom each counts by, or null where it does not apply. */
const THROTTLES: readonly {
  readonly name: string
  readonly limit: number
  readonly period: number
  readonly key: (caller: Caller) => string | null
}[] = [
  { name: 'authenticated_api', limit: 1500, period: 5 * MINUTE, key: (caller) => (caller.api ? caller.user : null) },
  { name: 'per_token_api', limit: 300, period: 5 * MINUTE, key: (caller) => (caller.api ? caller.token : null) },
  {
    name: 'unauthenticated_api',
    limit: 300,
    period: 5 * MINUTE,
    key: (caller) => (caller.api && caller.user === null ? caller.address : null),
  },
  {
    name: 'authenticated_paging',
    limit: 300,
    period: 15 * MINUTE,
    key: (caller) => (caller.paging ? caller.user : null),
  },
  {
    name: 'unauthenticated_paging',
    limit: 300,
    period: 15 * MINUTE,
    key: (caller) => (caller.paging && caller.user === null ? caller.address : null),
  },
]

export interface Rates {
  /** Counts a request and answers the throttle that is closest to exhaustion. */
  readonly count: (caller: Caller, now: number) => ThrottleState | null
  /** Begins new windows, as waiting would. */
  readonly forget: () => void
}

export function startRates(): Rates {
  const counts = new Map<string, { readonly end: number; count: number }>()
  const tally = (key: string, end: number): number => {
    const window = counts.get(key)
    const current = window?.end === end ? window : { end, count: 0 }
    current.count += 1
    counts.set(key, current)
    return current.count
  }
  return {
    count: (caller, now) => {
      const states = THROTTLES.flatMap(({ name, limit, period, key }): ThrottleState[] => {
        const who = key(caller)
        if (who === null) return []
        // Windows are aligned to the epoch, whenever the first request came; the time told keeps the fraction of a
        // second.
        const end = (Math.floor(now / period) + 1) * period
        const count = tally(`${name}:${who}`, end)
        return [{ limit, remaining: Math.max(limit - count, 0), exceeded: count > limit, reset: end + (now % 1000) }]
      })
      return states.find((state) => state.exceeded) ?? states.toSorted((a, b) => a.remaining - b.remaining)[0] ?? null
    },
    forget: () => counts.clear(),
  }
}

/** The headers of a throttle's state. */
export function rateHeaders({ limit, remaining, reset }: ThrottleState): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': new Date(reset).toISOString().replace('Z', '000Z'),
  }
}
