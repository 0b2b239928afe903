import { EXIT, fail } from '../../instance/diagnostic.ts'
import { normalizeDomain } from '../../instance/domains.ts'
import type { GitHubAccount } from '../../setup/init/account.ts'
import { UNFILLED, type Approvers } from '../../setup/init/github.ts'
import { parsePin, type Pin } from '../../setup/init/pin.ts'
import * as texts from './texts.ts'

/** The domain that was given. Throws (exit 9) where it is none. */
export function domainIn(given: string): string {
  const name = normalizeDomain(given.replace(/^https?:\/\//, '').replace(/(?<!\/)\/+$/, ''))
  if ('domain' in name) return name.domain
  const { message, hint } = texts.notADomain(given, name.refused)
  return fail(EXIT.invalid, 'not-a-domain', message, { hint })
}

/** The repository that was named, as `owner/name`. Throws (exit 9) where the text names none. */
export function repositoryNamed(given: string | undefined): string | null {
  if (given === undefined || /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(given)) return given ?? null
  const { message, hint } = texts.notARepository(given)
  return fail(EXIT.invalid, 'not-a-repository', message, { hint })
}

/** The action that was named. Throws (exit 9) where the text names none. */
export function pinNamed(given: string | undefined): Pin | null {
  const pin = given === undefined ? null : parsePin(given)
  if (given === undefined || pin !== null) return pin
  const { message, hint } = texts.notAnAction(given)
  return fail(EXIT.invalid, 'not-an-action', message, { hint })
}

const HANDLE = /^@(?=[\w-]{1,39}(\/|$))[A-Za-z0-9]+([-_][A-Za-z0-9]+)*(\/[A-Za-z0-9._-]+)?$/

/** Handles as CODEOWNERS has them, by a space. Throws (exit 9) where one is none. */
export function handlesIn(given: string | undefined): string | null {
  if (given === undefined) return null
  const handles = given.split(/[\s,]+/).filter((one) => one !== '')
  const wrong = handles.find((one) => !HANDLE.test(one))
  if (wrong === undefined && handles.length > 0) return handles.join(' ')
  const { message, hint } = texts.notAHandle(wrong ?? given)
  return fail(EXIT.invalid, 'not-a-handle', message, { hint })
}

/**
 * Who approves: those who are named, or else the person who begins. Without moderators, the owners approve their files,
 * too.
 */
export function approversOf(
  { owners, moderators }: Record<keyof Approvers, string | null>,
  account: GitHubAccount,
): Approvers {
  const known = owners ?? (account.login === null ? null : `@${account.login}`)
  return { owners: known ?? UNFILLED.owners, moderators: moderators ?? (known === null ? UNFILLED.moderators : '') }
}

/** The people among the owners: a team holds no authority. */
export function peopleIn({ owners }: Approvers): string[] {
  if (owners === UNFILLED.owners) return []
  const names = owners.split(' ').map((handle) => handle.slice(1))
  const people = names.filter((name) => !name.includes('/'))
  return [...new Map(people.map((name) => [name.toLowerCase(), name])).values()]
}
