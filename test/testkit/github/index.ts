import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { actOn, type Act } from './people.ts'
import { commitFiles, openBare, type Bare } from './git.ts'
import { branchesOf } from './pushes.ts'
import { GITHUB_LIMITS, type Limits } from './rates.ts'
import { createApi, type Exchange } from './server.ts'
import { ACTIONS_BOT, userOf, WEB_FLOW, type GitHubEvent, type Level, type State, type Token } from './state.ts'
import type { Environment, Settings } from './settings.ts'

export type { Act, Exchange, Environment, GitHubEvent, Level, Limits, Settings, State }

export interface GitHubOptions {
  /** As `owner/name`; the owner administers it. */
  readonly repository?: string
  readonly private?: boolean
  /** Whether its plan is the free one. */
  readonly free?: boolean
  readonly defaultBranch?: string
  /** A bare repository that is there; one with a first commit is made unless given. */
  readonly git?: string
  /** Who may do what; whoever is not named is a stranger. */
  readonly people?: { readonly [login: string]: Level }
  readonly settings?: Partial<Settings>
  readonly limits?: Partial<Limits>
  /**
   * Told in order, one at a time: a deed is done when its events have been taken, so it may use the API and must not
   * wait for another deed.
   */
  readonly onEvent?: (event: GitHubEvent) => void | Promise<void>
  /** Sees every request with its answer. */
  readonly onExchange?: (exchange: Exchange) => void
  /** The clock of whatever is written. */
  readonly now?: () => Date
}

/** A running stand-in. */
export interface GitHub {
  /** Where its API is. */
  readonly url: string
  readonly repository: string
  /** The bare repository: clone it, push to it. */
  readonly git: string
  readonly act: Act
  /** What it holds, to be looked at; settings may be changed. */
  readonly state: State
  /** A person's token, which may do what that person may. */
  readonly token: (login: string) => string
  /** A workflow's token, with its `permissions:`. What it does starts no workflow. */
  readonly workflowToken: (permissions: NonNullable<Token['permissions']>) => string
  /** From now on, what changes stays unseen in so many lists; 0 ends it for what is yet to change. */
  readonly lag: (lists: number) => void
  readonly close: () => Promise<void>
}

/** Starts a stand-in for GitHub on this machine, with one repository that lives as long as the process. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const scratch = options.git === undefined ? await mkdtemp(join(tmpdir(), 'herdbook-github-')) : null
  const state = newState(options, openBare(options.git ?? join(scratch ?? '', 'instance.git')))
  if (scratch !== null) await begin(state)
  await state.git.run(['config', 'transfer.hideRefs', 'refs/forks'])
  for (const [branch, commit] of await branchesOf(state)) state.branches.set(branch, commit)
  const tellers = { onEvent: options.onEvent ?? (() => {}), onExchange: options.onExchange ?? (() => {}) }
  const { alone, deed, quiet } = startDeeds(state, tellers.onEvent)
  const server = createApi(state, {
    limits: { ...GITHUB_LIMITS, ...options.limits },
    onExchange: tellers.onExchange,
    deed: alone,
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  state.api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const newToken = (prefix: string, token: Token): string => {
    const value = `${prefix}_${randomBytes(20).toString('hex')}`
    state.tokens.set(value, token)
    return value
  }
  return {
    url: state.api,
    repository: `${state.owner}/${state.name}`,
    git: state.git.path,
    act: actOn(state, deed),
    state,
    token: (login) => newToken('ghp', { login: userOf(state, login).login, permissions: null }),
    workflowToken: (permissions) => newToken('ghs', { login: ACTIONS_BOT, permissions }),
    lag: (lists) => void (state.lag = lists),
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await quiet()
      if (scratch !== null) await rm(scratch, { recursive: true, force: true })
    },
  }
}

function newState(options: GitHubOptions, git: Bare): State {
  const [owner = '', name = ''] = (options.repository ?? 'herd/instance').split('/')
  const clock = options.now ?? (() => new Date())
  let id = 1000
  const now = (): string =>
    clock()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
  const state: State = {
    owner,
    name,
    private: options.private ?? false,
    free: options.free ?? false,
    defaultBranch: options.defaultBranch ?? 'main',
    created: now(),
    git,
    now,
    nextId: () => (id += 1),
    users: new Map(),
    tokens: new Map(),
    issues: new Map(),
    comments: new Map(),
    reviewComments: new Map(),
    labels: new Map(),
    statuses: [],
    branches: new Map(),
    activities: [],
    signed: new Set(),
    settings: {
      protection: null,
      rulesets: [],
      environments: {},
      secrets: [],
      organizationSecrets: [],
      variables: [],
      actionsMayOpenPullRequests: true,
      workflowsMayWrite: false,
      workflowStates: {},
      codeownersErrors: null,
      ...options.settings,
    },
    lag: 0,
    api: '',
    outbox: [],
  }
  for (const [login, level] of Object.entries({ [owner]: 'admin' as const, ...options.people }))
    userOf(state, login).level = level
  for (const login of [ACTIONS_BOT, WEB_FLOW]) userOf(state, login)
  return state
}

async function begin({ git, defaultBranch, owner, now }: State): Promise<void> {
  await git.run(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, git.path])
  const author = { name: owner, email: `${owner}@users.noreply.github.com` }
  const first = await commitFiles(
    git,
    null,
    { 'README.md': '# An instance\n' },
    { message: 'Begin', author, committer: author, date: now() },
  )
  await git.run(['update-ref', `refs/heads/${defaultBranch}`, first])
}

interface Deeds {
  /** Runs with nothing else in between; what it made happen is told afterwards. */
  readonly alone: <T>(act: () => Promise<T>) => Promise<T>
  /** The same, and waits until all was told. */
  readonly deed: <T>(act: () => Promise<T>) => Promise<T>
  readonly quiet: () => Promise<void>
}

/** One thing at a time; events are told between, so that whoever hears of one may act in turn. */
function startDeeds(state: State, onEvent: NonNullable<GitHubOptions['onEvent']>): Deeds {
  let last: Promise<unknown> = Promise.resolve()
  let told: Promise<unknown> = Promise.resolve()
  const tell = (): void => {
    const events = state.outbox.splice(0)
    told = events.reduce((before, event) => before.then(() => onEvent(event)), told)
    // whoever waits next is told of a failure
    told.catch(() => {})
  }
  const alone: Deeds['alone'] = (act) => {
    const result = last.then(act)
    last = result.catch(() => {}).then(tell)
    return result
  }
  return {
    alone,
    deed: async (act) => {
      const result = await alone(act)
      await last
      await told
      return result
    },
    quiet: async () => {
      await last
      await told
    },
  }
}
