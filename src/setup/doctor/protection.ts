import { ADMINISTRATORS, PROTECTION, type BranchRules } from '../../forges/github/branch-rules.ts'
import { contextOf } from '../../forges/check-name.ts'
import { ghApi, GITHUB_ACTIONS, protectionPath, settingsOf } from '../init/settings.ts'
import { aboutOf, page, type DoctorInput } from './finding.ts'

/** The parts of a protection that are mended one by one. */
export type ProtectionPart = 'checks' | 'reviews'

/** For GitHub's API: anything may report it. A check without an id would get that of whatever reported it last. */
const ANY_APP = -1

/**
 * What to type so that a part of what holds on the default branch is as it must be. Where there is a protection, only
 * that part is sent:
 * what an administrator set besides stays. A part that it does not have yet can only be added on its page.
 */
export function mendOf(patient: DoctorInput, part: ProtectionPart): string[] {
  const { repository, settings } = patient
  const seen = settings.guards.flatMap((one) => (one.seen ? one.value : []))
  const protection = seen.find(({ name }) => name === PROTECTION)
  if (!protection) return [...settingsOf(aboutOf(patient)).protection.commands, page(repository, 'settings/rules')]
  const path = protectionPath(settings.branch)
  const send = (method: string, under: string, body?: object): string =>
    ghApi(repository, method, `${path}/${under}`, body)
  const own =
    part === 'checks'
      ? checksOf(protection, contextOf(patient.config.environment ?? 'production'))
      : reviewsOf(protection)
  const passed = protection.bypass.seen && protection.bypass.value.includes(ADMINISTRATORS)
  return [
    ...(own === null
      ? []
      : [send('PATCH', part === 'checks' ? 'required_status_checks' : 'required_pull_request_reviews', own)]),
    ...(passed ? [send('POST', 'enforce_admins')] : []),
    page(repository, 'settings/branches'),
  ]
}

/** The checks of a protection, with ours as it must be; null where it has none yet. */
function checksOf({ checks }: BranchRules, context: string): object | null {
  if (checks.length === 0) return null
  const others = checks
    .filter((one) => one.context !== context)
    .map((one) => ({ context: one.context, app_id: one.app ?? ANY_APP }))
  return { strict: true, checks: [...others, { context, app_id: GITHUB_ACTIONS }] }
}

/** The reviews of a protection, as strict as they must be at least; null where it asks for none yet. */
const reviewsOf = ({ reviews }: BranchRules): object | null =>
  reviews && {
    required_approving_review_count: Math.max(1, reviews.count),
    require_code_owner_reviews: true,
    require_last_push_approval: true,
  }
