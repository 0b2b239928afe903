import type { Dispatcher } from 'undici'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { writeWhilePlanning } from './texts.ts'

/** The POSTs of Mastodon's API that only read. */
const READING_POSTS: ReadonlySet<string> = new Set(['/api/v1/admin/measures'])

/** Whether a request can change nothing on the server. */
export function onlyReads(method: string, path: string): boolean {
  return method === 'GET' || (method === 'POST' && READING_POSTS.has(path.replace(/[?#].*$/s, '')))
}

/** Makes an interceptor that lets only reads through, whatever the code above it asks for: planning cannot write. */
export function fence(): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (request, handler) => {
    if (!onlyReads(request.method, request.path)) {
      fail(EXIT.defect, 'write-while-planning', writeWhilePlanning(request))
    }
    return dispatch(request, handler)
  }
}
