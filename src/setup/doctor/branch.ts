import type { Guard } from '../../forges/github/branch-rules.ts'
import type { Seen } from '../../forges/github/visible.ts'
import { contextOf } from '../../forges/check-name.ts'
import { GITHUB_ACTIONS, ledgerBranch, settingsOf } from '../init/settings.ts'
import { aboutOf, fine, judge, page, unseen, wrong, type Finding, type Patient } from './finding.ts'
import { mendOf, type Part } from './protection.ts'

/** What must hold on a branch. */
interface Demand {
  readonly what: string
  readonly says: string
  readonly lacks: string
  readonly met: (guard: Guard) => boolean
}

/** One of the default branch, and the part of its protection that mends it. */
type PartDemand = Demand & { readonly part: Part }

/** What must hold on the default branch, each by one guard that nobody passes by. */
export function branchFindings(patient: Patient): Finding[] {
  const { config, givesRoles, settings } = patient
  const context = contextOf(config.environment ?? 'production')
  const has = ({ checks }: Guard): boolean => checks.some((one) => one.context === context)
  const waits = settings.guards.some((one) => one.seen && one.value.some(has))
  const demands: readonly PartDemand[] = [
    {
      what: 'Check',
      part: 'checks',
      says: `${settings.branch} waits for the check ${context}`,
      lacks: `${settings.branch} does not wait for the check ${context}: what has no plan can be merged`,
      met: has,
    },
    // where nothing waits for the check, there is no more to say of it
    ...(waits ? ofCheck(context, settings.branch) : []),
    {
      what: 'Owners',
      part: 'reviews',
      says: 'code owners have to approve',
      lacks: `nobody has to approve a change of ${settings.branch} as its code owner`,
      met: ({ reviews }) => reviews !== null && reviews.count > 0 && reviews.codeOwners,
    },
    {
      what: 'Last push',
      part: 'reviews',
      says: 'somebody else than who pushed last has to approve',
      lacks: `an approval outlives the pushes after it: what is merged may be what nobody approved${givesRoles ? ', such as a role for the person who pushed' : ''}`,
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
    says: `only GitHub Actions can report the check ${context}`,
    lacks: `anything that may write can report the check ${context}, not GitHub Actions alone: it would be green without a plan`,
    met: ({ checks }) => checks.some((one) => one.context === context && one.app === GITHUB_ACTIONS),
  },
  {
    what: 'Up to date',
    part: 'checks',
    says: `a branch has to be up to date with ${branch} before it is merged`,
    lacks: `what was planned on an older ${branch} can be merged: two changes that are fine alone may not be together`,
    met: ({ checks, strict }) => strict && checks.some((one) => one.context === context),
  },
]

/** By the branch that follows it whoever reads a ledger that was set back finds that out. */
export function ledger(patient: Patient): Finding {
  const { repository, config, settings } = patient
  const branch = ledgerBranch(config.environment ?? 'production')
  const demand = {
    what: 'Ledger',
    says: `${branch} only grows`,
    lacks: `${branch} can be set back, and the ledger with it: approvals that were used would count again`,
    met: ({ grows }: Guard) => grows,
  }
  return held(
    demand,
    [settings.ledger],
    [...settingsOf(aboutOf(patient)).ledger.commands, page(repository, 'settings/rules')],
  )
}

/** Whether one guard meets a demand, and nobody passes it by. One that holds for everybody is enough; what could not be seen may be that one. */
function held(
  { what, says, lacks, met }: Demand,
  among: readonly Seen<readonly Guard[]>[],
  mend: readonly string[],
): Finding {
  const guards = among.flatMap((one) => (one.seen ? one.value : [])).filter(met)
  const found = guards.map((guard) =>
    judge(what, guard.bypass, (bypass) =>
      bypass.length === 0
        ? fine(what, `${says} (${guard.name})`)
        : wrong(what, `${says}, but not ${bypass.join(', ')} (${guard.name})`, ...mend),
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
