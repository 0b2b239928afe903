import type { Route } from '../http.ts'
import { GIT } from './git.ts'
import { HISTORY } from './history.ts'
import { ISSUES } from './issues.ts'
import { PEOPLE } from './people.ts'
import { PULLS } from './pulls.ts'
import { REPOSITORY } from './repository.ts'
import { REVIEW_COMMENTS } from './review-comments.ts'
import { SETTING } from './setting.ts'
import { SETTINGS } from './settings.ts'

/** All that the stand-in speaks; GitHub has a thousand more. */
export const ROUTES: readonly Route[] = [
  ...REPOSITORY,
  ...PEOPLE,
  ...PULLS,
  ...REVIEW_COMMENTS,
  ...ISSUES,
  ...GIT,
  ...HISTORY,
  ...SETTINGS,
  ...SETTING,
]
