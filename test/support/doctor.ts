import { stringify } from 'yaml'
import type { Finding } from '../../src/setup/doctor/finding.ts'
import { ENVIRONMENTS } from '../../src/setup/environment-names.ts'
import { githubFiles } from '../../src/setup/init/github.ts'
import { LABELS } from '../../src/setup/init/settings.ts'
import { schemaTexts } from '../../src/setup/init/write.ts'
import type { GitHub, GitHubOptions, Settings } from '../testkit/github/index.ts'
import { call, type Ran } from './cli.ts'
import { put, scratch } from './git.ts'
import { github } from './github.ts'

// A repository on the stand-in whose settings are as `init` asks, and what `doctor` finds there.

export const PEOPLE = { alice: 'admin', olga: 'maintain', mo: 'write', rita: 'read' } as const
const COMMIT = '0123456789abcdef0123456789abcdef01234567'
export const INSTANCE = {
  domain: 'herd.example',
  mastodon: {
    api: { url: 'https://herd.example', token: { env: 'HERDBOOK_TOKEN' }, read_token: { env: 'HERDBOOK_READ_TOKEN' } },
  },
  ledger_key: { env: 'HERDBOOK_LEDGER_KEY' },
  forge: { github: 'herd/instance' },
}
export const PROTECTION: NonNullable<Settings['protection']> = {
  checks: [{ context: 'herdbook', app: 15368 }],
  strict: true,
  approvals: 1,
  codeOwners: true,
  lastPush: true,
  forEverybody: true,
}
export const environment = (name: keyof typeof ENVIRONMENTS): Settings['environments'][string] => ({
  branches: ['main'],
  reviewers: [],
  preventSelfReview: false,
  secrets: ENVIRONMENTS[name],
  variables: [],
})
export const GROWS: Settings['rulesets'][number] = {
  id: 7,
  name: 'ledger',
  enforcement: 'active',
  include: 'refs/heads/herdbook-ledger/production',
  types: ['deletion', 'non_fast_forward'],
  forEverybody: true,
}
export const WELL: Partial<Settings> = {
  rulesets: [GROWS],
  protection: PROTECTION,
  environments: {
    'herdbook-plan': environment('herdbook-plan'),
    'herdbook-apply': environment('herdbook-apply'),
    'herdbook-owners': { ...environment('herdbook-owners'), reviewers: ['alice', 'olga'], preventSelfReview: true },
  },
  secrets: ['UNRELATED'],
  codeownersErrors: [],
}

/** A repository with the workflows and labels that init asks for. */
export async function begun(options: GitHubOptions = {}): Promise<Awaited<ReturnType<typeof github>>> {
  const hub = await github({ people: PEOPLE, ...options, settings: { ...WELL, ...options.settings } })
  const files = await githubFiles({ owners: '@alice', moderators: '@mo' }, { repository: 'herd/book', commit: COMMIT })
  await hub.act.push({ by: 'alice', branch: 'main', files: Object.fromEntries(files) })
  for (const name of Object.keys(LABELS))
    hub.state.labels.set(name, { id: hub.state.nextId(), name, color: 'ededed', description: null })
  return hub
}

/** Looks, with the token of somebody. */
export async function doctor(
  hub: GitHub,
  who: string,
  {
    instance = INSTANCE,
    files = {},
    args = [],
  }: { instance?: object; files?: { readonly [name: string]: string }; args?: readonly string[] } = {},
): Promise<Ran> {
  using dir = scratch()
  put(dir.path, {
    'instance/instance.yaml': stringify(instance),
    'instance/policy.yaml': stringify({ owners: ['alice', 'olga'] }),
    ...Object.fromEntries(await schemaTexts()),
    ...files,
  })
  return await call(dir.path, ['doctor', ...args], { env: { GH_TOKEN: hub.token(who), GITHUB_API_URL: hub.url } })
}

export async function findings(
  hub: GitHub,
  who: string,
  options: Parameters<typeof doctor>[2] = {},
): Promise<Finding[]> {
  const { stdout, stderr } = await doctor(hub, who, { ...options, args: ['--json'] })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).findings
}

export const faults = (all: readonly Finding[]): string[] =>
  all.filter(({ state }) => state !== 'fine').map(({ what, state, says }) => `${state} ${what}: ${says}`)
