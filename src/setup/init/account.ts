import { bounded } from '../../http/read-limited.ts'
import type { Io } from '../../session/io.ts'

/**
 * What GitHub told whoever begins: who they are, and whether its plan protects nothing in the repository. null where it
 * did not say.
 */
export interface GitHubAccount {
  readonly login: string | null
  readonly unprotected: boolean | null
}

const UNKNOWN: GitHubAccount = { login: null, unprotected: null }

/** Somebody who begins should not wait for an answer that does not come. */
const PATIENCE_MS = 4_000
const MOST_BYTES = 1024 * 1024

/**
 * Asks GitHub with the token that the environment holds, where it holds one. Whatever goes wrong, somebody can begin
 * without the answer.
 */
export async function askAccount({ env, secrets }: Io, repository: string | null): Promise<GitHubAccount> {
  const token = env['GH_TOKEN'] || env['GITHUB_TOKEN']
  if (!token) return UNKNOWN
  secrets.hold(token)
  const ask = asking(env['GITHUB_API_URL'] ?? 'https://api.github.com', token)
  const [user, isPrivate] = await Promise.all([ask('user'), repository === null ? null : ask(`repos/${repository}`)])
  const login = textIn(user?.body, 'login')
  return {
    login: login !== null && /^[A-Za-z0-9]([-_]?[A-Za-z0-9])*$/.test(login) ? login : null,
    unprotected: await unprotectedIn(isPrivate, () => ask(`repos/${repository}/rulesets`)),
  }
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Rulesets are among what the free plan lacks, and everybody may ask for them. */
async function unprotectedIn(
  repository: Answer | null,
  rulesets: () => Promise<Answer | null>,
): Promise<boolean | null> {
  const hidden = valueIn(repository?.body, 'private')
  if (typeof hidden !== 'boolean') return null
  if (!hidden) return false
  const answer = await rulesets()
  if (answer?.status === 200) return false
  return answer?.status === 403 && /Upgrade to GitHub/.test(textIn(answer.body, 'message') ?? '') ? true : null
}

function asking(api: string, token: string): (path: string) => Promise<Answer | null> {
  const headers = { accept: 'application/vnd.github+json', authorization: `Bearer ${token}`, 'user-agent': 'herdbook' }
  return async (path) => {
    try {
      const answer = await fetch(`${api.replace(/(?<!\/)\/+$/, '')}/${path}`, {
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      return { status: answer.status, body: JSON.parse(await bounded(answer, MOST_BYTES)) as unknown }
    } catch {
      return null
    }
  }
}

const valueIn = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? (body as { readonly [name: string]: unknown })[name] : undefined
const textIn = (body: unknown, name: string): string | null => {
  const value = valueIn(body, name)
  return typeof value === 'string' ? value : null
}
