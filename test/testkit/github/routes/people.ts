import { inaccessible, read, textParam, type Route } from '../http.ts'
import { userShape, type Json } from '../shapes-base.ts'
import { notFound, type State, type User } from '../state.ts'

/** Somebody as their own page shows them. */
const pageShape = (state: State, user: User): Json => ({
  ...userShape(state, user),
  name: null,
  company: null,
  blog: '',
  location: null,
  email: null,
  hireable: null,
  bio: null,
  public_repos: 0,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: state.created,
  updated_at: state.created,
})

/** Who somebody is, whatever the repository. */
export const PEOPLE: readonly Route[] = [
  {
    method: 'GET',
    path: '@/user',
    need: read('metadata'),
    handle: ({ state, actor }) => {
      // a workflow's token is nobody's
      if (actor.quiet || actor.user.login === '') throw inaccessible()
      return { body: pageShape(state, actor.user) }
    },
  },
  {
    method: 'GET',
    path: '@/users/{username}',
    need: read('metadata'),
    handle: (call) => {
      const user = call.state.users.get(textParam(call, 'username').toLowerCase())
      if (!user) throw notFound()
      return { body: pageShape(call.state, user) }
    },
  },
]
