import { Refusal } from '../../../../src/sandbox/failure.ts'
import { numberParam, read, text, textParam, write, isRecord, type Route } from '../http.ts'
import { safeWrite } from '../issues.ts'
import { permissionShape, permissionsShape } from '../shapes.ts'
import { fullName, repositoryShape, WEB, type Json } from '../shapes-base.ts'
import { demand, DOCS, notFound, type State } from '../state.ts'

/** A file with its content, or what is in a folder. */
async function contents(state: State, path: string, at: string): Promise<unknown> {
  const sha = await state.git.tip(`${at}:${path}`)
  if (sha === null) throw notFound()
  const repository = `${state.api}/repos/${fullName(state)}`
  const entry = (one: string, type: string, id: string, size: number): Json => {
    const url = `${repository}/contents/${one}?ref=${at}`
    const [git, html] = [`${repository}/git/blobs/${id}`, `${WEB}/${fullName(state)}/blob/${at}/${one}`]
    const links = { self: url, git, html }
    return {
      type,
      size,
      name: one.split('/').at(-1),
      path: one,
      sha: id,
      url,
      git_url: git,
      html_url: html,
      download_url: null,
      _links: links,
    }
  }
  if ((await state.git.run(['cat-file', '-t', sha])) === 'blob') {
    const content = Buffer.from(await state.git.run(['cat-file', 'blob', sha], { exact: true }))
    return { ...entry(path, 'file', sha, content.length), encoding: 'base64', content: content.toString('base64') }
  }
  const rows = (await state.git.run(['ls-tree', '-z', '-l', sha])).split('\0').filter((row) => row !== '')
  return rows.map((row) => {
    const [, type = '', id = '', size = '', name = ''] = /^\d+ (\w+) (\w+) +(\d+|-)\t(.*)$/su.exec(row) ?? []
    return entry(`${path}/${name}`, type === 'blob' ? 'file' : 'dir', id, Number(size) || 0)
  })
}

/** The repository itself: who may what in it, its files, its buttons. */
export const REPOSITORY: readonly Route[] = [
  {
    method: 'GET',
    path: '',
    need: read('metadata'),
    handle: ({ state, actor: { user } }) => ({
      body: {
        ...repositoryShape(state),
        network_count: 0,
        subscribers_count: 0,
        permissions: permissionsShape(state, user),
      },
    }),
  },
  {
    method: 'GET',
    path: '/collaborators/{username}/permission',
    need: read('metadata'),
    handle: (call) => {
      const { state } = call
      const user = state.users.get(textParam(call, 'username').toLowerCase())
      if (!user)
        throw new Refusal(404, {
          message: `${textParam(call, 'username')} is not a user`,
          documentation_url: DOCS,
          status: '404',
        })
      demand(state, call.actor, 'read')
      return { body: permissionShape(state, user) }
    },
  },
  {
    method: 'GET',
    path: '/contents/{path+}',
    need: read('contents'),
    handle: async (call) => ({
      body: await contents(call.state, textParam(call, 'path'), call.query.get('ref') ?? call.state.defaultBranch),
    }),
  },
  {
    method: 'POST',
    path: '/actions/workflows/{workflow_id}/dispatches',
    need: write('actions'),
    handle: (call) => {
      demand(call.state, call.actor, 'write')
      const { inputs } = call.body
      const workflow = /^\d+$/.test(textParam(call, 'workflow_id'))
        ? `workflow ${numberParam(call, 'workflow_id')}`
        : `.github/workflows/${textParam(call, 'workflow_id')}`
      safeWrite(call.state, call.actor, 'workflow_dispatch', {
        inputs: isRecord(inputs) ? inputs : {},
        ref: `refs/heads/${text(call, 'ref', 'Workflow')}`,
        workflow,
      })
      return { status: 204 }
    },
  },
  {
    method: 'GET',
    path: '/codeowners/errors',
    need: read('contents'),
    handle: ({ state: { settings } }) => {
      if (settings.codeownersErrors === null) throw notFound()
      return {
        body: {
          errors: settings.codeownersErrors.map((error) => ({ ...error, column: 1, source: '', suggestion: null })),
        },
      }
    },
  },
]
