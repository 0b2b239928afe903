import { setTimeout as sleep } from 'node:timers/promises'
import type { Proposal, PullRequest } from '../forge.ts'
import { GitHubFailure, type GitHubApi } from './api.ts'
import { isStatus } from './errors.ts'
import { pullOf, type Place, type RawPull } from './shapes.ts'

/** Puts one commit on a branch of its own and opens a pull request, or brings the one that is open up to date. Made over the API, so that GitHub signs it and nothing needs to push. */
export async function propose(api: GitHubApi, place: Place, proposal: Proposal): Promise<PullRequest> {
  const commit = await putCommit(api, place, proposal)
  const pull = (await openPull(api, place, proposal)) ?? (await createPull(api, place, proposal))
  // the pull request may not have noticed yet that its branch moved
  return { ...pull, head: { ...pull.head, commit } }
}

/** The branch's commit. One that already is what was asked for stays, so that nothing starts anew for it. */
async function putCommit(
  api: GitHubApi,
  place: Place,
  { branch, base, files, message: given }: Proposal,
): Promise<string> {
  const parent = (
    await api.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...place, commit_sha: base.commit })
  ).data
  const tree = files.size === 0 ? parent.tree.sha : await putTree(api, place, parent.tree.sha, files)
  const message = typeof given === 'string' ? given : given({ tree, parent: base.commit })
  const ref = `heads/${branch}`
  const tip = await defaultBranchHead(api, place, ref)
  if (tip !== null) {
    const there = (
      await api.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...place, commit_sha: tip })
    ).data
    if (
      there.tree.sha === tree &&
      there.message === message &&
      there.parents.length === 1 &&
      there.parents[0]?.sha === base.commit
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

async function putTree(api: GitHubApi, place: Place, from: string, files: Proposal['files']): Promise<string> {
  const tree = [...files].map(([path, content]) => {
    const entry = { path, mode: '100644' as const, type: 'blob' as const }
    return content === null ? { ...entry, sha: null } : { ...entry, content }
  })
  return (await api.request('POST /repos/{owner}/{repo}/git/trees', { ...place, base_tree: from, tree })).data.sha
}

async function defaultBranchHead(api: GitHubApi, place: Place, ref: string): Promise<string | null> {
  try {
    return (await api.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...place, ref })).data.object.sha
  } catch (error) {
    if (isStatus(error, 404)) return null
    throw error
  }
}

/** Somebody else's run, or our own request whose answer was lost, may have made it since. */
async function createRef(api: GitHubApi, place: Place, ref: string, sha: string): Promise<void> {
  try {
    await api.request('POST /repos/{owner}/{repo}/git/refs', { ...place, ref: `refs/${ref}`, sha })
  } catch (error) {
    if (!isStatus(error, 422, 'Reference already exists')) throw error
    await moveRef(api, place, ref, sha)
  }
}

/** From an older state of the workflows a token of theirs moves no branch, but it may make one at a new commit: an open pull request of the old one is closed by that. */
async function moveRef(api: GitHubApi, place: Place, ref: string, sha: string): Promise<void> {
  try {
    await api.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...place, ref, sha, force: true })
  } catch (error) {
    if (!takesWorkflows(error)) throw error
    await api.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', { ...place, ref })
    await api.request('POST /repos/{owner}/{repo}/git/refs', { ...place, ref: `refs/${ref}`, sha })
  }
}

/** Whether GitHub asks for the permission to change workflows, which no workflow's own token has. */
const takesWorkflows = (error: unknown): boolean =>
  error instanceof GitHubFailure &&
  (error.status === 403 || error.status === 422) &&
  /workflows/.test(`${error.text} ${error.accepted ?? ''}`)

async function findPull(api: GitHubApi, place: Place, { branch, base }: Proposal): Promise<RawPull | undefined> {
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

/** The one that is open, with the proposal's title and body. */
async function openPull(api: GitHubApi, place: Place, proposal: Proposal): Promise<PullRequest | null> {
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

/** How long a list may lag behind a pull request that GitHub says is there. */
const LOOKS = [500, 1000, 2000, 4000]

async function createPull(api: GitHubApi, place: Place, proposal: Proposal): Promise<PullRequest> {
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
    for (const pause of LOOKS) {
      await sleep(pause)
      const pull = await openPull(api, place, proposal)
      if (pull) return pull
    }
    throw error
  }
}
