import { userOf, type State, type User } from './state.ts'

/** JSON as GitHub shapes it. */
export type Json = Readonly<Record<string, unknown>>

/** Where pages are. */
export const WEB = 'https://github.com'
export const node = (kind: string, id: number | string): string => Buffer.from(`${kind}:${id}`).toString('base64')
export const fullName = (state: State): string => `${state.owner}/${state.name}`

export function userShape(state: State, { id, login, type }: Pick<User, 'id' | 'login' | 'type'>): Json {
  const url = `${state.api}/users/${encodeURIComponent(login)}`
  return {
    login,
    id,
    node_id: node('U', id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: type === 'Bot' ? `${WEB}/apps/${login.replace('[bot]', '')}` : `${WEB}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

export const byLogin = (state: State, login: string): Json => userShape(state, userOf(state, login))

/** Paths of a repository's API that its JSON names. */
const REPOSITORY_URLS = {
  archive: '{archive_format}{/ref}',
  assignees: 'assignees{/user}',
  blobs: 'git/blobs{/sha}',
  branches: 'branches{/branch}',
  collaborators: 'collaborators{/collaborator}',
  comments: 'comments{/number}',
  commits: 'commits{/sha}',
  compare: 'compare/{base}...{head}',
  contents: 'contents/{+path}',
  contributors: 'contributors',
  deployments: 'deployments',
  downloads: 'downloads',
  events: 'events',
  forks: 'forks',
  git_commits: 'git/commits{/sha}',
  git_refs: 'git/refs{/sha}',
  git_tags: 'git/tags{/sha}',
  hooks: 'hooks',
  issue_comment: 'issues/comments{/number}',
  issue_events: 'issues/events{/number}',
  issues: 'issues{/number}',
  keys: 'keys{/key_id}',
  labels: 'labels{/name}',
  languages: 'languages',
  merges: 'merges',
  milestones: 'milestones{/number}',
  notifications: 'notifications{?since,all,participating}',
  pulls: 'pulls{/number}',
  releases: 'releases{/id}',
  stargazers: 'stargazers',
  statuses: 'statuses/{sha}',
  subscribers: 'subscribers',
  subscription: 'subscription',
  tags: 'tags',
  teams: 'teams',
  trees: 'git/trees{/sha}',
}

/** The repository, or a fork of it where an owner is named. */
export function repositoryShape(state: State, owner = state.owner): Json {
  const name = `${owner}/${state.name}`
  const url = `${state.api}/repos/${name}`
  const open = [...state.issues.values()].filter((issue) => issue.state === 'open').length
  const id = owner === state.owner ? 1 : userOf(state, owner).id * 1000
  return {
    id,
    node_id: node('R', id),
    name: state.name,
    full_name: name,
    owner: byLogin(state, owner),
    private: state.private,
    visibility: state.private ? 'private' : 'public',
    html_url: `${WEB}/${name}`,
    description: null,
    fork: owner !== state.owner,
    url,
    ...Object.fromEntries(Object.entries(REPOSITORY_URLS).map(([key, path]) => [`${key}_url`, `${url}/${path}`])),
    git_url: `git://github.com/${name}.git`,
    ssh_url: `git@github.com:${name}.git`,
    clone_url: `${WEB}/${name}.git`,
    svn_url: `${WEB}/${name}`,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    forks: 0,
    forks_count: 0,
    open_issues: open,
    open_issues_count: open,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    default_branch: state.defaultBranch,
    created_at: state.created,
    updated_at: state.created,
    pushed_at: state.created,
  }
}
