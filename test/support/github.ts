import { startGitHub, type GitHub, type GitHubEvent, type GitHubOptions } from '../testkit/github/index.ts'
import { describeGitHub, type Description } from './openapi.ts'

let description: Description | undefined

/**
 * A stand-in for GitHub whose every exchange and event is held against GitHub's own description; what does not fit
 * fails the test when it ends.
 */
export async function github(
  options: GitHubOptions = {},
): Promise<GitHub & AsyncDisposable & { readonly events: readonly GitHubEvent[] }> {
  description ??= describeGitHub()
  const { problemsOf, problemsOfEvent } = description
  const problems = new Set<string>()
  const events: GitHubEvent[] = []
  const hub = await startGitHub({
    ...options,
    onExchange: (exchange) => {
      for (const problem of problemsOf(exchange)) problems.add(problem)
      options.onExchange?.(exchange)
    },
    onEvent: async (event) => {
      events.push(event)
      for (const problem of problemsOfEvent(event)) problems.add(problem)
      await options.onEvent?.(event)
    },
  })
  return {
    ...hub,
    events,
    [Symbol.asyncDispose]: async () => {
      await hub.close()
      if (problems.size > 0) throw new Error(`not as GitHub describes it:\n${[...problems].join('\n')}`)
    },
  }
}
