import type { Dispatcher } from 'undici'
import { EXIT, fail } from '../instance/diagnostic.ts'

/** The POSTs of Mastodon's API that only read. */
const READING_POSTS: ReadonlySet<string> = new Set(['/api/v1/admin/measures'])

/** Whether a request can change nothing on the server. */
export function onlyReads(method: string, path: string): boolean {
  return method === 'GET' || (method === 'POST' && READING_POSTS.has(path.replace(/[?#].*$/s, '')))
}

/** Lets only reads through, whatever the code above it asks for: planning cannot write. */
export function fence(): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (request, handler) => {
    if (!onlyReads(request.method, request.path)) {
      fail(
        EXIT.defect,
        'write-while-planning',
        `a ${request.method} of ${request.path} was about to be sent while planning; it was not sent`,
      )
    }
    return dispatch(request, handler)
  }
}
