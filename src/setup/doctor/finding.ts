import * as texts from './texts.ts'
import type { VisibleSetting } from '../../forges/github/read-if-visible.ts'
import type { RepositorySettings } from '../../forges/github/settings.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import { secretsIn } from '../../instance/secrets.ts'
import type { ComparedFile } from '../init/update.ts'
import type { settingsOf } from '../init/settings.ts'

/** What came of looking at one thing. */
export interface Finding {
  readonly what: string
  /** `unseen` where the token may not see it: that is never fine. */
  readonly state: 'fine' | 'wrong' | 'unseen'
  readonly says: string
  /** What to type, or the page to open. */
  readonly mend: readonly string[]
}

export interface DoctorInput {
  readonly repository: string
  readonly config: InstanceFile
  /** Who policy.yaml names as owners. */
  readonly owners: readonly string[]
  /** Whether roles or moderators are managed: whoever merges then gives power over the server. */
  readonly givesRoles: boolean
  readonly settings: RepositorySettings
  /** The files that `init` writes, as they are in this clone. */
  readonly files: readonly ComparedFile[]
}

/** As it must be. */
export const fine = (what: string, says: string): Finding => ({ what, state: 'fine', says, mend: [] })
/** Not as it must be, and what mends it. */
export const wrong = (what: string, says: string, ...mend: readonly string[]): Finding => ({
  what,
  state: 'wrong',
  says,
  mend,
})
/** Not shown to this token, which says nothing. */
export const unseen = (what: string, why: string): Finding => ({
  what,
  state: 'unseen',
  says: texts.notShown(why),
  mend: [],
})

/** Judges what was seen, and says what could not be. */
export function judge<T>(what: string, seen: VisibleSetting<T>, judgement: (value: T) => Finding): Finding {
  return seen.seen ? judgement(seen.value) : unseen(what, seen.why)
}

/** What the settings that mend it are for. */
export const aboutOf = ({ repository, config, owners, settings }: DoctorInput): Parameters<typeof settingsOf>[0] => ({
  repository,
  branch: settings.branch,
  environment: config.environment ?? 'production',
  owners,
})

/** A page of the repository, for people to open. */
export const page = (repository: string, path: string): string => `https://github.com/${repository}/${path}`

/** The names of the secrets that instance.yaml takes from the environment. */
export const namedSecrets = (config: InstanceFile): string[] => [
  ...new Set(secretsIn(config).flatMap(({ env }) => env ?? [])),
]
