import { Refusal } from '../../failure.ts'
import { numberParam, read, text, textParam, write, isRecord, type Route } from '../http.ts'
import { emit } from '../issues.ts'
import { permissionShape } from '../shapes.ts'
import { fullName, repositoryShape, WEB } from '../shapes-base.ts'
import { demand, DOCS, notFound, reaches } from '../state.ts'

/** The repository itself: who may what in it, its files, its buttons. */
export const REPOSITORY: readonly Route[] = [
  {
    method: 'GET',
    path: '',
    need: read('metadata'),
    handle: ({ state, actor: { user } }) => {
      const permissions = {
        pull: reaches(state, user, 'read'),
        triage: reaches(state, user, 'triage'),
        push: reaches(state, user, 'write'),
        maintain: reaches(state, user, 'maintain'),
        admin: reaches(state, user, 'admin'),
      }
      return { body: { ...repositoryShape(state), network_count: 0, subscribers_count: 0, permissions } }
    },
  },
  {
    method: 'GET',
    path: '/collaborators/{username}/permission',
    need: read('metadata'),
    handle: (call) => {
      const { state } = call
      const user = state.users.get(textParam(call, 'username').toLowerCase())
      if (!user) throw new Refusal(404, { message: `${textParam(call, 'username')} is not a user`, documentation_url: DOCS, status: '404' })
      demand(state, call.actor, 'read')
      return { body: permissionShape(state, user) }
    },
  },
  {
    method: 'GET',
    path: '/contents/{path+}',
    need: read('contents'),
    handle: async (call) => {
      const { state, query } = call
      const path = textParam(call, 'path')
      const at = query.get('ref') ?? state.defaultBranch
      const sha = await state.git.tip(`${at}:${path}`)
      if (sha === null || (await state.git.run(['cat-file', '-t', sha])) !== 'blob') throw notFound()
      const content = await state.git.run(['cat-file', 'blob', sha], { exact: true })
      const url = `${state.api}/repos/${fullName(state)}/contents/${path}?ref=${at}`
      const [git, html] = [`${state.api}/repos/${fullName(state)}/git/blobs/${sha}`, `${WEB}/${fullName(state)}/blob/${at}/${path}`]
      const links = { self: url, git, html }
      const encoded = Buffer.from(content).toString('base64')
      return {
        body: {
          type: 'file',
          encoding: 'base64',
          size: Buffer.byteLength(content),
          name: path.split('/').at(-1),
          path,
          content: encoded,
          sha,
          url,
          git_url: git,
          html_url: html,
          download_url: null,
          _links: links,
        },
      }
    },
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
      emit(call.state, call.actor, 'workflow_dispatch', {
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
    handle: ({ state }) => ({
      body: { errors: state.settings.codeownersErrors.map((error) => ({ ...error, column: 1, source: '', suggestion: null })) },
    }),
  },
]
