import { isDeepStrictEqual } from 'node:util'
import type { Written } from '../wire.ts'
import { discard, replace } from './atomic.ts'
import { factOf } from './fact.ts'
import { checkPath, placeOf } from './paths.ts'
import { freeOf } from './records.ts'
import { object, refuse, type Request, text } from './request.ts'

/** A file as a request wants it. */
export interface Wanted {
  readonly path: string
  readonly content: string
  readonly mode: number
  /** Whether the content is a secret. */
  readonly sealed: boolean
}

/** Writes a file whole, if what is there is still what was expected. */
export function write(root: string, request: Request): Written {
  const { path, content, mode, sealed } = wantedOf(request)
  freeOf(root, path)
  return expecting(root, request, path, sealed, () => replace(placeOf(root, path), content, mode))
}

/** Takes a file away, if it is still what was expected. */
export function remove(root: string, request: Request): Written {
  const path = checkPath(text(request, 'path'))
  freeOf(root, path)
  return expecting(root, request, path, false, () => discard(placeOf(root, path)))
}

/** The file that a request wants. */
export function wantedOf(request: Request): Wanted {
  const mode = text(request, 'mode')
  if (!/^0[0-7]{3}$/.test(mode)) refuse('bad-mode', 'that is no mode of a file')
  return {
    path: checkPath(text(request, 'path')),
    content: text(request, 'content'),
    mode: Number.parseInt(mode, 8),
    sealed: request['sealed'] === true,
  }
}

/** Acts if what is at the path is what the request expects. What is no file is left to a person. */
export function expecting(root: string, request: Request, path: string, sealed: boolean, act: () => void): Written {
  const expect = object(request, 'expect')
  const secret = expect['state'] === 'sealed'
  const live = factOf(root, path, secret)
  if (!isDeepStrictEqual(live, expect)) return { state: 'changed', live: factOf(root, path, secret || sealed) }
  if (live.state === 'other' || live.state === 'unreadable')
    refuse('not-a-file', `${path} is no file that can be read: a person has to look at it`)
  act()
  return { state: 'done', live: factOf(root, path, sealed) }
}
