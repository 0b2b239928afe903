import type { GitHub } from '../testkit/github/index.ts'
import type { Runner } from './runner.ts'

type Secrets = { readonly [environment: string]: { readonly [name: string]: string } }

/**
 * A runner for the stand-in for GitHub: its repository, its API and tokens, its environments with what secrets hold.
 */
export function runnerOn(github: GitHub, secrets: Secrets, more: Partial<Runner> = {}): Runner {
  const { defaultBranch, settings } = github.state
  const environments = Object.entries(settings.environments).map(([name, { branches, secrets: named }]) => {
    const values = Object.fromEntries(named.map((secret) => [secret, secrets[name]?.[secret] ?? '']))
    return [name, { secrets: values, branches: branches === 'protected' ? [defaultBranch] : branches }]
  })
  return {
    remote: github.git,
    repository: github.repository,
    defaultBranch,
    apiUrl: github.url,
    serverUrl: 'https://github.com',
    environments: Object.fromEntries(environments),
    token: (permissions) =>
      github.workflowToken(
        Object.fromEntries(Object.entries(permissions).map(([scope, level]) => [scope.replaceAll('-', '_'), level])),
      ),
    ...more,
  }
}
