import { EXIT, fail } from '../../instance/diagnostic.ts'
import { GitHubFailure } from './api.ts'

/** Whether GitHub answered with that status, and with that text where one is given. */
export const isStatus = (error: unknown, status: number, text = ''): error is GitHubFailure =>
  error instanceof GitHubFailure && error.status === status && error.text.includes(text)

/** What was looked for, or something else where GitHub answers with that status and text. */
export async function unless<T>(status: number, text: string, otherwise: T, look: () => Promise<T>): Promise<T> {
  try {
    return await look()
  } catch (error) {
    if (isStatus(error, status, text)) return otherwise
    throw error
  }
}

/** Tries something and tells what GitHub would not do, with what to do about it. */
export const explaining =
  (repository: string) =>
  async <T>(what: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof GitHubFailure)) throw error
      const { code, message, hint } = explain(repository, what, error)
      return fail(EXIT.unreadable, code, message, { hint, cause: error })
    }
  }

interface Explanation {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** Why, in words, for the one who must act. */
function explain(repository: string, what: string, failure: GitHubFailure): Explanation {
  const { status, text, until } = failure
  const could = `GitHub could not ${what} in ${repository}`
  if (until)
    return {
      code: 'forge-limit',
      message: `${could}: it takes no more requests before ${until.toISOString().slice(0, 16).replace('T', ' ')} UTC.`,
      hint: 'Run it again after that.',
    }
  const known = KNOWN.find(({ when }) => when(failure))
  if (known)
    return {
      code: known.code,
      message: `${known.message(what)}: ${text}.`.replace(/(?<!\.)\.+$/, '.'),
      hint: known.hint(failure, repository),
    }
  if (status === null || status >= 500)
    return {
      code: 'forge-unreachable',
      message: `${could}: ${text}.`,
      hint: 'Run it again; https://www.githubstatus.com says how GitHub is.',
    }
  return {
    code: 'forge-refused',
    message: `${could}: ${text}.`,
    hint: 'That is what GitHub answered; nothing was changed by it.',
  }
}

const KNOWN: readonly {
  readonly code: string
  readonly when: (failure: GitHubFailure) => boolean
  readonly message: (what: string) => string
  readonly hint: (failure: GitHubFailure, repository: string) => string
}[] = [
  {
    code: 'forge-token',
    when: ({ status }) => status === 401,
    message: (what) => `GitHub does not know the token, so Herdbook could not ${what}`,
    hint: () => 'In a workflow: GITHUB_TOKEN: ${{ github.token }}. At a terminal: export GITHUB_TOKEN=$(gh auth token)',
  },
  {
    code: 'forge-setting',
    when: ({ text }) => text.includes('not permitted to create or approve pull requests'),
    message: (what) => `GitHub does not let workflows open pull requests here, so Herdbook could not ${what}`,
    hint: (_failure, repository) =>
      `Allow it, once: gh api -X PUT repos/${repository}/actions/permissions/workflow -f default_workflow_permissions=read -F can_approve_pull_request_reviews=true`,
  },
  {
    code: 'forge-permission',
    when: ({ status, text }) => status === 403 && /not accessible by (integration|personal access token)/.test(text),
    message: (what) => `The token may not ${what}`,
    hint: ({ accepted, text }) => permissionHint(accepted, text.includes('personal')),
  },
  {
    code: 'forge-missing',
    when: ({ status }) => status === 404 || status === 410,
    message: (what) => `Herdbook could not ${what}: it is not there, or the token may not see it`,
    hint: (_failure, repository) =>
      `Is GITHUB_REPOSITORY right (${repository}), and are issues switched on there? gh repo view ${repository}`,
  },
]

/** The lines that a workflow lacks: GitHub's `pull_requests=write` is `pull-requests: write` there. */
function permissionHint(accepted: string | null, personal: boolean): string {
  const keys = (accepted ?? '')
    .split(/[;,]/)
    .flatMap((one) => /^\s*(\w+)=(\w+)\s*$/.exec(one)?.slice(1, 3).join(': ') ?? [])
  if (personal)
    return `Give the token the repository permission ${keys.join(' or ') || 'that this takes'}: https://github.com/settings/personal-access-tokens`
  const lines = keys.map((key) => key.replaceAll('_', '-')).join(' or ') || 'the one that this takes'
  return `Add to the job's permissions: in the workflow: ${lines}. A run for a pull request from a fork never gets more than read.`
}
