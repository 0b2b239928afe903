import { setTimeout as sleep } from 'node:timers/promises'
import type { BranchProposal, PullRequest } from '../forge.ts'
import { GitHubFailure, type GitHubApi } from './api.ts'
import { isStatus } from './errors.ts'
import { pullOf, type RepositoryName, type RawPull } from './raw-answers.ts'

/**
 * Puts one commit on its own branch and opens a pull request, or updates the open one.
 * Uses the API, so that GitHub signs the commit and nothing has to push.
 */
export async function propose(api: GitHubApi, place: RepositoryName, proposal: BranchProposal): Promise<PullRequest> {
  const commit = await putCommit(api, place, proposal)
  const pull = (await updatePull(api, place, proposal)) ?? (await createPull(api, place, proposal))
  // the pull request may not have noticed yet that its branch moved
  return { ...pull, head: { ...pull.head, commit } }
}

/** Writes the branch's commit. Keeps one that is already the same, so that no workflow starts again. */
async function putCommit(
  api: GitHubApi,
  place: RepositoryName,
  { branch, base, files, message: given }: BranchProposal,
): Promise<string> {
  const parent = (
    await api.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...place, commit_sha: base.commit })
  ).data
  const tree = files.size === 0 ? parent.tree.sha : await putTree(api, place, parent.tree.sha, files)
  const message = typeof given === 'string' ? given : given({ tree, parent: base.commit })
  const ref = `heads/${branch}`
  const tip = await branchHead(api, place, ref)
  if (tip !== null) {
    const current = (
      await api.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...place, commit_sha: tip })
    ).data
    if (
      current.tree.sha === tree &&
      current.message === message &&
      current.parents.length === 1 &&
      current.parents[0]?.sha === base.commit
    )
      return tip
  }
  const { sha } = (
    await api.request('POST /repos/{owner}/{repo}/git/commits', { ...place, message, tree, parents: [base.commit] })
  ).data
  if (tip === null) await createRef(api, place, ref, sha)
  else await moveRef(api, place, ref, sha)
  return sha
}

async function putTree(
  api: GitHubApi,
  place: RepositoryName,
  from: string,
  files: BranchProposal['files'],
): Promise<string> {
  const tree = [...files].map(([path, content]) => {
    const entry = { path, mode: '100644' as const, type: 'blob' as const }
    return content === null ? { ...entry, sha: null } : { ...entry, content }
  })
  return (await api.request('POST /repos/{owner}/{repo}/git/trees', { ...place, base_tree: from, tree })).data.sha
}

async function branchHead(api: GitHubApi, place: RepositoryName, ref: string): Promise<string | null> {
  try {
    return (await api.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...place, ref })).data.object.sha
  } catch (error) {
    if (isStatus(error, 404)) return null
    throw error
  }
}

/** Creates a branch, or moves it: another run, or our own request with a lost answer, may have created it. */
async function createRef(api: GitHubApi, place: RepositoryName, ref: string, sha: string): Promise<void> {
  try {
    await api.request('POST /repos/{owner}/{repo}/git/refs', { ...place, ref: `refs/${ref}`, sha })
  } catch (error) {
    if (!isStatus(error, 422, 'Reference already exists')) throw error
    await moveRef(api, place, ref, sha)
  }
}

/**
 * Moves a branch. A workflow's token may not move one whose workflows are older, but it may create one:
 * then the branch is deleted and created again, which closes its open pull request.
 */
async function moveRef(api: GitHubApi, place: RepositoryName, ref: string, sha: string): Promise<void> {
  try {
    await api.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...place, ref, sha, force: true })
  } catch (error) {
    if (!needsWorkflowsPermission(error)) throw error
    await api.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { ...place, ref })
    await api.request('POST /repos/{owner}/{repo}/git/refs', { ...place, ref: `refs/${ref}`, sha })
  }
}

/** Whether GitHub asks for permission to change workflows; a workflow's own token never has it. */
const needsWorkflowsPermission = (error: unknown): boolean =>
  error instanceof GitHubFailure &&
  (error.status === 403 || error.status === 422) &&
  /workflows/.test(`${error.text} ${error.accepted ?? ''}`)

async function findPull(
  api: GitHubApi,
  place: RepositoryName,
  { branch, base }: BranchProposal,
): Promise<RawPull | undefined> {
  const open = await api.all((at) =>
    api.request('GET /repos/{owner}/{repo}/pulls', {
      ...place,
      state: 'open',
      head: `${place.owner}:${branch}`,
      base: base.branch,
      ...at,
    }),
  )
  return open[0]
}

/** Updates the open pull request with the proposal's title and body; null if none is open. */
async function updatePull(
  api: GitHubApi,
  place: RepositoryName,
  proposal: BranchProposal,
): Promise<PullRequest | null> {
  const found = await findPull(api, place, proposal)
  if (!found) return null
  const { title, body } = proposal
  return pullOf(
    (
      await api.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
        ...place,
        pull_number: found.number,
        title,
        body,
      })
    ).data,
  )
}

/** The waits before each search for a pull request that GitHub says exists: its list may lag behind. */
const SEARCH_DELAYS = [500, 1000, 2000, 4000]

async function createPull(api: GitHubApi, place: RepositoryName, proposal: BranchProposal): Promise<PullRequest> {
  const { branch, base, title, body } = proposal
  try {
    const made = await api.once<RawPull>(
      async () =>
        (
          await api.request('POST /repos/{owner}/{repo}/pulls', {
            ...place,
            title,
            body,
            head: branch,
            base: base.branch,
          })
        ).data,
      () => findPull(api, place, proposal),
    )
    return pullOf(made)
  } catch (error) {
    if (!isStatus(error, 422, 'already exists')) throw error
    for (const pause of SEARCH_DELAYS) {
      await sleep(pause)
      const pull = await updatePull(api, place, proposal)
      if (pull) return pull
    }
    throw error
  }
}
