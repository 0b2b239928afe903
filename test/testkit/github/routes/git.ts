import { Refusal } from '../../../../src/sandbox/failure.ts'
import { isRecord, optionalText, read, text, textParam, texts, write, type Call, type Route } from '../http.ts'
import {
  commitFacts,
  isAncestor,
  signatureOf,
  writeBlob,
  writeCommit,
  writeTree,
  GITHUB,
  type Signature,
  type TreeEntry,
} from '../git.ts'
import { signed } from '../history.ts'
import { moveBranch } from '../pushes.ts'
import { gitCommitShape, statusShape } from '../shapes.ts'
import { fullName, node, type Json } from '../shapes-base.ts'
import { demand, DOCS, invalid, notFound, type State, type Status } from '../state.ts'

const base = (state: State): string => `${state.api}/repos/${fullName(state)}`

/** The commit of that name, or 404. */
async function commitOf(state: State, name: string): Promise<string> {
  const id = await state.git.tip(`${name}^{commit}`)
  if (id === null) throw notFound()
  return id
}

const refused = (message: string): Refusal => new Refusal(422, { message, documentation_url: DOCS, status: '422' })

function refShape(state: State, ref: string, sha: string): Json {
  return {
    ref,
    node_id: node('REF', ref),
    url: `${base(state)}/git/${ref}`,
    object: { sha, type: 'commit', url: `${base(state)}/git/commits/${sha}` },
  }
}

async function treeShape(state: State, sha: string): Promise<Json> {
  const rows = (await state.git.run(['ls-tree', '-z', '-l', sha])).split('\0').filter((row) => row !== '')
  const tree = rows.map((row) => {
    const [, mode = '', type = '', id = '', size = '', path = ''] =
      /^(\d+) (\w+) (\w+) +(\d+|-)\t(.*)$/su.exec(row) ?? []
    return {
      path,
      mode,
      type,
      sha: id,
      ...(size === '-' ? {} : { size: Number(size) }),
      url: `${base(state)}/git/${type}s/${id}`,
    }
  })
  return { sha, url: `${base(state)}/git/trees/${sha}`, tree, truncated: false }
}

/** One entry of a tree to be made: with its content, with an object's id, or with null for nothing. */
async function entryOf(state: State, given: unknown): Promise<TreeEntry> {
  if (!isRecord(given) || typeof given.path !== 'string' || typeof given.mode !== 'string')
    throw invalid('Tree', 'tree', 'invalid')
  const { path, mode, content, sha } = given
  if (path.startsWith('/') || path.split('/').some((part) => ['', '.', '..', '.git'].includes(part)))
    throw refused('tree.path contains a malformed path component')
  if (typeof content === 'string') return { path, mode, id: await writeBlob(state.git, content) }
  return { path, mode, id: typeof sha === 'string' ? sha : null }
}

const branchOf = (ref: string): string => {
  if (!/^(refs\/)?heads\/./.test(ref)) throw refused('Reference update failed')
  return ref.replace(/^(refs\/)?heads\//, '')
}

/** Who wrote a commit: GitHub signs those of a token's own. */
function signatures({ actor, body }: Call): { author: Signature; committer: Signature } {
  const given = (value: unknown): Signature | null =>
    isRecord(value) && typeof value.name === 'string' && typeof value.email === 'string'
      ? { name: value.name, email: value.email }
      : null
  const author = given(body.author) ?? signatureOf(actor.user)
  return { author, committer: given(body.committer) ?? given(body.author) ?? GITHUB }
}

async function createStatus(call: Call): Promise<Status> {
  const { state, actor, body } = call
  demand(state, actor, 'write')
  const commit = await state.git.tip(`${textParam(call, 'sha')}^{commit}`)
  if (commit === null) throw refused(`No commit found for SHA: ${textParam(call, 'sha')}`)
  const wanted = (['error', 'failure', 'pending', 'success'] as const).find((known) => known === body.state)
  if (wanted === undefined) throw invalid('Status', 'state', 'invalid')
  const description = optionalText(call, 'description') ?? null
  if (Array.from(description ?? '').length > 140)
    throw invalid('Status', 'description', 'custom', 'description is too long (maximum is 140 characters)')
  const status: Status = {
    id: state.nextId(),
    commit,
    author: actor.user.login,
    at: state.now(),
    state: wanted,
    context: optionalText(call, 'context') ?? 'default',
    description,
    url: optionalText(call, 'target_url') ?? null,
  }
  state.statuses.push(status)
  return status
}

async function updateRef(call: Call): Promise<Json> {
  const { state, actor, body } = call
  demand(state, actor, 'write')
  const branch = branchOf(textParam(call, 'ref'))
  const before = await state.git.tip(`refs/heads/${branch}`)
  if (before === null) throw refused('Reference does not exist')
  const to = await commitOf(state, text(call, 'sha', 'Reference'))
  if (body.force !== true && !(await isAncestor(state.git, before, to))) throw refused('Update is not a fast forward')
  if (actor.quiet) await keepWorkflows(state, before, to)
  await moveBranch(state, actor, state.owner, branch, to)
  return refShape(state, `refs/heads/${branch}`, to)
}

/** A workflow's token sets no branch from one state of the workflows to another. */
async function keepWorkflows(state: State, before: string, to: string): Promise<void> {
  const [changed] = (
    await state.git.run(['diff-tree', '-r', '-z', '--name-only', before, to, '--', '.github/workflows/'])
  ).split('\0')
  if (!changed) return
  const message =
    'refusing to allow a GitHub App to create or update ' + `workflow \`${changed}\` without \`workflows\` permission`
  throw new Refusal(403, { message, documentation_url: DOCS, status: '403' })
}

/** Git's objects and refs, and the statuses of commits. */
export const GIT: readonly Route[] = [
  {
    method: 'POST',
    path: '/git/blobs',
    need: write('contents'),
    handle: async (call) => {
      demand(call.state, call.actor, 'write')
      const content = text(call, 'content', 'Blob')
      const sha = await writeBlob(
        call.state.git,
        call.body.encoding === 'base64' ? Buffer.from(content, 'base64') : content,
      )
      return { status: 201, body: { sha, url: `${base(call.state)}/git/blobs/${sha}` } }
    },
  },
  {
    method: 'POST',
    path: '/git/trees',
    need: write('contents'),
    handle: async (call) => {
      const { state, body } = call
      demand(state, call.actor, 'write')
      const given: readonly unknown[] = Array.isArray(body.tree) ? body.tree : []
      if (given.length === 0) throw refused('Invalid tree info')
      const entries: TreeEntry[] = []
      for (const one of given) entries.push(await entryOf(state, one))
      const from = optionalText(call, 'base_tree') ?? null
      return { status: 201, body: await treeShape(state, await writeTree(state.git, from, entries)) }
    },
  },
  {
    method: 'GET',
    path: '/git/trees/{tree_sha}',
    need: read('contents'),
    handle: async (call) => ({
      body: await treeShape(
        call.state,
        (await call.state.git.tip(`${textParam(call, 'tree_sha')}^{tree}`)) ?? failed(),
      ),
    }),
  },
  {
    method: 'POST',
    path: '/git/commits',
    need: write('contents'),
    handle: async (call) => {
      const { state } = call
      demand(state, call.actor, 'write')
      const made = {
        tree: text(call, 'tree', 'Commit'),
        parents: texts(call.body.parents),
        message: text(call, 'message', 'Commit'),
        date: state.now(),
        ...signatures(call),
      }
      const commit = writeCommit(state.git, made)
      return {
        status: 201,
        body: await gitCommitShape(state, await (made.committer === GITHUB ? signed(state, commit) : commit)),
      }
    },
  },
  {
    method: 'GET',
    path: '/git/commits/{commit_sha}',
    need: read('contents'),
    handle: async (call) => ({
      body: await gitCommitShape(call.state, await commitOf(call.state, textParam(call, 'commit_sha'))),
    }),
  },
  {
    method: 'GET',
    path: '/git/ref/{ref+}',
    need: read('contents'),
    handle: async (call) => ({
      body: refShape(
        call.state,
        `refs/${textParam(call, 'ref')}`,
        (await call.state.git.tip(`refs/${textParam(call, 'ref')}`)) ?? failed(),
      ),
    }),
  },
  {
    method: 'POST',
    path: '/git/refs',
    need: write('contents'),
    handle: async (call) => {
      const { state, actor } = call
      demand(state, actor, 'write')
      const branch = branchOf(text(call, 'ref', 'Reference'))
      if ((await state.git.tip(`refs/heads/${branch}`)) !== null) throw refused('Reference already exists')
      const to = await commitOf(state, text(call, 'sha', 'Reference'))
      await moveBranch(state, actor, state.owner, branch, to)
      return { status: 201, body: refShape(state, `refs/heads/${branch}`, to) }
    },
  },
  {
    method: 'PATCH',
    path: '/git/refs/{ref+}',
    need: write('contents'),
    handle: async (call) => ({ body: await updateRef(call) }),
  },
  {
    method: 'DELETE',
    path: '/git/refs/{ref+}',
    need: write('contents'),
    handle: async (call) => {
      demand(call.state, call.actor, 'write')
      await moveBranch(call.state, call.actor, call.state.owner, branchOf(textParam(call, 'ref')), null)
      return { status: 204 }
    },
  },
  {
    method: 'POST',
    path: '/statuses/{sha}',
    need: write('statuses'),
    handle: async (call) => ({ status: 201, body: statusShape(call.state, await createStatus(call)) }),
  },
  {
    method: 'GET',
    path: '/commits/{ref+}/statuses',
    need: read('statuses'),
    handle: async (call) => {
      const { id } = await commitFacts(call.state.git, await commitOf(call.state, textParam(call, 'ref')))
      return {
        items: call.state.statuses
          .filter((status) => status.commit === id)
          .toReversed()
          .map((status) => statusShape(call.state, status)),
      }
    },
  },
]

function failed(): never {
  throw notFound()
}
