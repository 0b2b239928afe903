import * as texts from './texts.ts'
import type { BranchRules } from '../../forges/github/branch-rules.ts'
import type { VisibleSetting } from '../../forges/github/read-if-visible.ts'
import { contextOf } from '../../forges/check-name.ts'
import { GITHUB_ACTIONS, ledgerBranch, settingsOf } from '../init/settings.ts'
import { aboutOf, fine, judge, page, unseen, wrong, type Finding, type DoctorInput } from './finding.ts'
import { mendOf, type ProtectionPart } from './protection.ts'

/** What must hold on a branch. */
interface Demand {
  readonly what: string
  readonly says: string
  readonly lacks: string
  readonly met: (guard: BranchRules) => boolean
}

/** One of the default branch, and the part of its protection that mends it. */
type PartDemand = Demand & { readonly part: ProtectionPart }

/** What must hold on the default branch, each by one guard that nobody passes by. */
export function branchFindings(patient: DoctorInput): Finding[] {
  const { config, givesRoles, settings } = patient
  const context = contextOf(config.environment ?? 'production')
  const has = ({ checks }: BranchRules): boolean => checks.some((one) => one.context === context)
  const waits = settings.guards.some((one) => one.seen && one.value.some(has))
  const demands: readonly PartDemand[] = [
    {
      what: 'Check',
      part: 'checks',
      says: texts.waitsForCheck(settings.branch, context),
      lacks: texts.noCheck(settings.branch, context),
      met: has,
    },
    // where nothing waits for the check, there is no more to say of it
    ...(waits ? ofCheck(context, settings.branch) : []),
    {
      what: 'Owners',
      part: 'reviews',
      says: texts.OWNERS_APPROVE,
      lacks: texts.noOwners(settings.branch),
      met: ({ reviews }) => reviews !== null && reviews.count > 0 && reviews.codeOwners,
    },
    {
      what: 'Last push',
      part: 'reviews',
      says: texts.LAST_PUSH,
      lacks: texts.oldApproval(givesRoles),
      met: ({ reviews }) => reviews !== null && reviews.count > 0 && reviews.lastPush,
    },
  ]
  return demands.map((demand) => held(demand, settings.guards, mendOf(patient, demand.part)))
}

/** What makes waiting for a check worth something. */
const ofCheck = (context: string, branch: string): PartDemand[] => [
  {
    what: 'Source',
    part: 'checks',
    says: texts.onlyActions(context),
    lacks: texts.anySource(context),
    met: ({ checks }) => checks.some((one) => one.context === context && one.app === GITHUB_ACTIONS),
  },
  {
    what: 'Up to date',
    part: 'checks',
    says: texts.upToDate(branch),
    lacks: texts.notUpToDate(branch),
    met: ({ checks, strict }) => strict && checks.some((one) => one.context === context),
  },
]

/** By the branch that follows it whoever reads a ledger that was set back finds that out. */
export function ledger(patient: DoctorInput): Finding {
  const { repository, config, settings } = patient
  const branch = ledgerBranch(config.environment ?? 'production')
  const demand = {
    what: 'Ledger',
    says: texts.grows(branch),
    lacks: texts.canBeSetBack(branch),
    met: ({ grows }: BranchRules) => grows,
  }
  return held(
    demand,
    [settings.ledger],
    [...settingsOf(aboutOf(patient)).ledger.commands, page(repository, 'settings/rules')],
  )
}

/**
 * Whether one guard meets a demand, and nobody passes it by. One that holds for everybody is enough; what could not be
 * seen may be that one.
 */
function held(
  { what, says, lacks, met }: Demand,
  among: readonly VisibleSetting<readonly BranchRules[]>[],
  mend: readonly string[],
): Finding {
  const guards = among.flatMap((one) => (one.seen ? one.value : [])).filter(met)
  const found = guards.map((guard) =>
    judge(what, guard.bypass, (bypass) =>
      bypass.length === 0
        ? fine(what, `${says} (${guard.name})`)
        : wrong(what, texts.passedBy(says, bypass.join(', '), guard.name), ...mend),
    ),
  )
  const hidden = among.flatMap((one) => (one.seen ? [] : [unseen(what, one.why)]))
  return (
    found.find(({ state }) => state === 'fine') ??
    hidden[0] ??
    found.find(({ state }) => state === 'unseen') ??
    found[0] ??
    wrong(what, lacks, ...mend)
  )
}
