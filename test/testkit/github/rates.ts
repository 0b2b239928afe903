/** How much a token may ask. */
export interface Limits {
  /** Requests in a window of so many seconds; GitHub's is an hour. */
  readonly requests: number
  readonly seconds: number
  /** Writes in a minute before the secondary limit says no, and for how many seconds it then does. */
  readonly writes: number
  readonly penalty: number
}

export const GITHUB_LIMITS: Limits = { requests: 5000, seconds: 3600, writes: 80, penalty: 60 }

export interface Counted {
  readonly headers: Readonly<Record<string, string>>
  /** What is exceeded, in the words that GitHub says it with. */
  readonly refused: {
    readonly status: 403 | 429
    readonly message: string
    readonly headers: Readonly<Record<string, string>>
  } | null
}

interface Account {
  used: number
  reset: number
  writes: number[]
  punishedUntil: number
}

const MINUTE = 60_000

/** Counts requests by token, in milliseconds since the epoch. */
export function startRates(limits: Limits): (token: string, writing: boolean, now: number) => Counted {
  const accounts = new Map<string, Account>()
  return (token, writing, now) => {
    const account = accounts.get(token) ?? { used: 0, reset: 0, writes: [], punishedUntil: 0 }
    accounts.set(token, account)
    if (now >= account.reset) Object.assign(account, { used: 0, reset: now + limits.seconds * 1000 })
    account.used = Math.min(account.used + 1, limits.requests + 1)
    account.writes = account.writes.filter((at) => at > now - MINUTE)
    if (writing) account.writes.push(now)
    if (account.writes.length > limits.writes && account.punishedUntil <= now) {
      account.punishedUntil = now + limits.penalty * 1000
      account.writes = []
    }
    const headers = {
      'x-ratelimit-limit': String(limits.requests),
      'x-ratelimit-remaining': String(Math.max(limits.requests - account.used, 0)),
      'x-ratelimit-used': String(Math.min(account.used, limits.requests)),
      'x-ratelimit-reset': String(Math.ceil(account.reset / 1000)),
      'x-ratelimit-resource': 'core',
    }
    return { headers, refused: refusal(account, limits, now) }
  }
}

function refusal(account: Account, limits: Limits, now: number): Counted['refused'] {
  if (account.used > limits.requests)
    return { status: 403, message: 'API rate limit exceeded for user ID 1.', headers: {} }
  if (account.punishedUntil <= now) return null
  const after = { 'retry-after': String(Math.max(1, Math.ceil((account.punishedUntil - now) / 1000))) }
  return {
    status: 403,
    message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    headers: after,
  }
}
