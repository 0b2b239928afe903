import { EXIT, fail } from '../../instance/diagnostic.ts'
import { GitHubFailure } from './api.ts'
import * as texts from './texts.ts'

/** Whether GitHub answered with that status, and with that text if one is given. */
export const isStatus = (error: unknown, status: number, text = ''): error is GitHubFailure =>
  error instanceof GitHubFailure && error.status === status && error.text.includes(text)

/** Returns what was looked for, or `otherwise` if GitHub answers with that status and text. */
export async function unless<T>(status: number, text: string, otherwise: T, look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    if (isStatus(error, status, text)) return otherwise
    throw error
  }
}

/** Tries a task. If GitHub refuses it, throws (exit 10) with the reason and what to do. */
export const explaining =
  (repository: string) =>
  async <T>(task: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof GitHubFailure)) throw error
      const { code, message, hint } = explain(repository, task, error)
      return fail(EXIT.unreadable, code, message, { hint, cause: error })
    }
  }

interface Explanation {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** Explains a failure to the person who must act. */
function explain(repository: string, task: string, failure: GitHubFailure): Explanation {
  const { status, text, until, accepted } = failure
  const about = { task, repository, answer: text }
  if (until) return { code: 'forge-limit', ...texts.limitReached(about, until) }
  if (status === 401) return { code: 'forge-token', ...texts.unknownToken(about) }
  if (/not permitted to create or approve pull requests/.test(text))
    return { code: 'forge-setting', ...texts.workflowsMayNotPropose(about) }
  if (status === 403 && /not accessible by (integration|personal access token)/.test(text))
    return {
      code: 'forge-permission',
      ...texts.noPermission(about, { keys: permissionsIn(accepted), personal: text.includes('personal') }),
    }
  if (status === 404 || status === 410) return { code: 'forge-missing', ...texts.notFound(about) }
  if (status === null || status >= 500) return { code: 'forge-unreachable', ...texts.unreachable(about) }
  return { code: 'forge-refused', ...texts.refused(about) }
}

/** The permissions in GitHub's header, such as `issues: write`. */
const permissionsIn = (accepted: string | null): string[] =>
  (accepted ?? '').split(/[;,]/).flatMap((one) => /^\s*(\w+)=(\w+)\s*$/.exec(one)?.slice(1, 3).join(': ') ?? [])
