import type { Guard, RepositorySettings, Seen } from '../../clients/github-settings.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import { contextOf } from '../github/context.ts'
import { ENVIRONMENTS } from '../init/environments.ts'
import { LABELS, ledgerBranch, settingsOf } from '../init/settings.ts'
import { secretsOf } from '../session.ts'

/** What came of looking at one thing. */
export interface Finding {
  readonly what: string
  /** `unseen` where the token may not see it: that is never fine. */
  readonly state: 'fine' | 'wrong' | 'unseen'
  readonly says: string
  /** What to type, or the page to open. */
  readonly mend: readonly string[]
}

export interface Patient {
  readonly repository: string
  readonly config: InstanceFile
  /** Whether roles or moderators are managed: whoever merges then gives power over the server. */
  readonly givesRoles: boolean
  readonly settings: RepositorySettings
}

const fine = (what: string, says: string): Finding => ({ what, state: 'fine', says, mend: [] })
const wrong = (what: string, says: string, ...mend: readonly string[]): Finding => ({ what, state: 'wrong', says, mend })
const unseen = (what: string, why: string): Finding => ({
  what,
  state: 'unseen',
  says: `could not be seen: GitHub answers "${why}"`,
  mend: [],
})

/** Judges what was seen, and says what could not be. */
function judge<T>(what: string, seen: Seen<T>, judgement: (value: T) => Finding): Finding {
  return seen.seen ? judgement(seen.value) : unseen(what, seen.why)
}

/** Holds the settings of a repository against what `herdbook init` asks for. */
export function examine(patient: Patient): Finding[] {
  return [
    ...branchFindings(patient),
    ledger(patient),
    ...environmentFindings(patient),
    repositorySecrets(patient),
    workflowTokens(patient),
    labels(patient),
    workflowFiles(patient),
    codeowners(patient),
  ]
}

const aboutOf = ({ repository, config, settings }: Patient): Parameters<typeof settingsOf>[0] => ({
  repository,
  branch: settings.branch,
  environment: config.environment ?? 'production',
})

const page = (repository: string, path: string): string => `https://github.com/${repository}/${path}`

/** What must hold on a branch. */
interface Demand {
  readonly what: string
  readonly says: string
  readonly lacks: string
  readonly met: (guard: Guard) => boolean
}

/** What must hold on the default branch, each by one guard that nobody passes by. */
function branchFindings(patient: Patient): Finding[] {
  const { repository, config, givesRoles, settings } = patient
  const context = contextOf(config.environment ?? 'production')
  const demands: readonly Demand[] = [
    {
      what: 'Check',
      says: `${settings.branch} waits for the check ${context}`,
      lacks: `${settings.branch} does not wait for the check ${context}: what has no plan can be merged`,
      met: ({ checks }) => checks.includes(context),
    },
    {
      what: 'Owners',
      says: 'code owners have to approve',
      lacks: `nobody has to approve a change of ${settings.branch} as its code owner`,
      met: ({ reviews }) => reviews !== null && reviews.count > 0 && reviews.codeOwners,
    },
    {
      what: 'Last push',
      says: 'somebody else than who pushed last has to approve',
      lacks: `an approval outlives the pushes after it: what is merged may be what nobody approved${givesRoles ? ', such as a role for whoever pushed' : ''}`,
      met: ({ reviews }) => reviews !== null && reviews.count > 0 && reviews.lastPush,
    },
  ]
  const mend = [...settingsOf(aboutOf(patient)).protection.commands, page(repository, 'settings/rules')]
  return demands.map((demand) => held(demand, settings.guards, mend))
}

/** By the branch that follows it whoever reads a ledger that was set back finds that out. */
function ledger(patient: Patient): Finding {
  const { repository, config, settings } = patient
  const branch = ledgerBranch(config.environment ?? 'production')
  const demand = {
    what: 'Ledger',
    says: `${branch} only grows`,
    lacks: `${branch} can be set back, and the ledger with it: approvals that were used would count again`,
    met: ({ grows }: Guard) => grows,
  }
  return held(demand, [settings.ledger], [...settingsOf(aboutOf(patient)).ledger.commands, page(repository, 'settings/rules')])
}

/** Whether one guard meets a demand, and nobody passes it by. One that holds for everybody is enough; what could not be seen may be that one. */
function held({ what, says, lacks, met }: Demand, among: readonly Seen<readonly Guard[]>[], mend: readonly string[]): Finding {
  const guards = among.flatMap((one) => (one.seen ? one.value : [])).filter(met)
  const found = guards.map((guard) =>
    judge(what, guard.bypass, (bypass) =>
      bypass.length === 0 ? fine(what, `${says} (${guard.name})`) : wrong(what, `${says}, but not ${bypass.join(', ')} (${guard.name})`, ...mend),
    ),
  )
  const hidden = among.flatMap((one) => (one.seen ? [] : [unseen(what, one.why)]))
  return found.find(({ state }) => state === 'fine') ?? hidden[0] ?? found.find(({ state }) => state === 'unseen') ?? found[0] ?? wrong(what, lacks, ...mend)
}

/** The names of the secrets that instance.yaml takes from the environment. */
const namedSecrets = (config: InstanceFile): string[] => [...new Set(secretsOf(config).flatMap(({ env }) => env ?? []))]

function environmentFindings(patient: Patient): Finding[] {
  const { config } = patient
  const named = namedSecrets(config)
  const handed: readonly string[] = Object.values(ENVIRONMENTS).flat()
  const strangers = named.filter((name) => !handed.includes(name))
  const names = strangers.map((name) =>
    wrong(
      'Secrets',
      `instance.yaml takes ${name}, which the workflows do not hand over`,
      `In instance.yaml, call it one of ${[...new Set(handed)].join(', ')}`,
    ),
  )
  const each = Object.entries(ENVIRONMENTS).flatMap(([name, allowed]) => environmentFinding(name, allowed, named, patient))
  return [...names, ...reading(config), ...each]
}

/** Whether what plans can read: its environment holds no secret that writes. */
function reading({ mastodon: { api, database } = {}, ssh }: InstanceFile): Finding[] {
  const what = 'Reading'
  const by = database ? (database.over === 'ssh' ? [database.reader_key ?? ssh?.key] : []) : api ? [api.read_token ?? api.token] : []
  const mend = database ? 'reader_key: { env: HERDBOOK_READER_KEY }' : 'read_token: { env: HERDBOOK_READ_TOKEN }'
  return by.map((secret) => {
    const name = secret?.env ?? 'what no environment can hold'
    return (ENVIRONMENTS['herdbook-plan'] as readonly string[]).includes(name)
      ? fine(what, `pull requests are planned with ${name}`)
      : wrong(what, `pull requests can not be planned: that would take ${name}, and herdbook-plan does not hold it`, `Write in instance.yaml, beside the door: ${mend}`)
  })
}

function environmentFinding(name: string, allowed: readonly string[], named: readonly string[], patient: Patient): Finding[] {
  const { repository, settings } = patient
  const commands = settingsOf(aboutOf(patient)).environments.commands.filter((command) => command.includes(name))
  const found = settings.environments.get(name)
  if (!found?.seen) return [unseen(name, found?.why ?? 'nobody looked')]
  if (found.value === null) return [wrong(name, 'there is no environment of that name: the jobs would run without secrets', ...commands)]
  const { branches, secrets } = found.value
  const only = branches !== null && branches !== 'protected' && branches.length === 1 && branches[0] === settings.branch
  const open =
    branches === null
      ? 'a workflow on any branch can use it'
      : `it is open to ${branches === 'protected' ? 'all protected branches' : branches.join(', ') || 'no branch at all'}`
  return [
    only
      ? fine(name, `for ${settings.branch} alone`)
      : wrong(name, `${open}, and not to ${settings.branch} alone`, ...commands, page(repository, 'settings/environments')),
    judge(name, secrets, (held) => {
      const missing = allowed.filter((one) => named.includes(one) && !held.includes(one))
      const foreign = held.filter((one) => one.startsWith('HERDBOOK_') && !allowed.includes(one))
      if (foreign.length > 0)
        return wrong(
          name,
          `holds ${foreign.join(', ')}, which its jobs must not have`,
          ...foreign.map((one) => `gh secret delete ${one} --repo ${repository} --env ${name}`),
        )
      if (missing.length > 0)
        return wrong(
          name,
          `lacks ${missing.join(', ')}, which instance.yaml takes`,
          ...missing.map((one) => `gh secret set ${one} --repo ${repository} --env ${name}`),
        )
      return fine(name, `holds what instance.yaml takes: ${held.filter((one) => named.includes(one)).join(', ') || 'nothing'}`)
    }),
  ]
}

function repositorySecrets({ repository, config, settings }: Patient): Finding {
  const what = 'Secrets'
  return judge(what, settings.secrets, (held) => {
    const kept = new Set<string>([...Object.values(ENVIRONMENTS).flat(), ...namedSecrets(config)])
    const loose = held.filter((name) => kept.has(name))
    return loose.length === 0
      ? fine(what, 'the repository itself holds none of them')
      : wrong(
          what,
          `${loose.join(', ')}: kept where the workflow of any branch can read it`,
          ...loose.map((name) => `gh secret delete ${name} --repo ${repository}`),
        )
  })
}

function workflowTokens(patient: Patient): Finding {
  const what = 'Workflows'
  return judge(what, patient.settings.workflows, ({ mayOpenPullRequests, readOnly }) => {
    const faults = [
      ...(mayOpenPullRequests ? [] : ['may not open pull requests']),
      ...(readOnly ? [] : ['may write to everything unless they say otherwise']),
    ]
    return faults.length === 0
      ? fine(what, 'may open pull requests, and only read by default')
      : wrong(what, faults.join(', and '), ...settingsOf(aboutOf(patient)).workflows.commands)
  })
}

function labels(patient: Patient): Finding {
  const what = 'Labels'
  return judge(what, patient.settings.labels, (held) => {
    const missing = Object.keys(LABELS).filter((name) => !held.includes(name))
    const commands = settingsOf(aboutOf(patient)).labels.commands.filter((command) =>
      missing.some((name) => command.includes(`'${name}'`)),
    )
    return missing.length === 0 ? fine(what, 'all are there') : wrong(what, `missing: ${missing.join(', ')}`, ...commands)
  })
}

const OWN = './'
const PINNED = /@[0-9a-f]{40}$/

function workflowFiles({ settings }: Patient): Finding {
  const what = 'Actions'
  return judge(what, settings.files, (files) => {
    const ours = [...files].filter(([path]) => /\/herdbook-[^/]*$/.test(path))
    if (!ours.some(([path]) => path.endsWith('/herdbook-apply.yml')))
      return wrong(
        what,
        `${settings.branch} has no workflows of Herdbook: nothing is applied`,
        'herdbook init DOMAIN, then commit .github/',
      )
    const loose = ours.flatMap(([path, text]) =>
      usedIn(text)
        .filter((action) => !action.startsWith(OWN) && !PINNED.test(action))
        .map((action) => `${action} in ${path}`),
    )
    return loose.length === 0
      ? fine(what, 'all are pinned to a commit')
      : wrong(
          what,
          `not pinned to a commit: ${loose.join(', ')}`,
          'Write the full commit behind the @, as herdbook init does: whoever moves a tag gets your keys otherwise.',
        )
  })
}

const usedIn = (text: string): string[] => [...text.matchAll(/^[\s-]*uses:\s*['"]?([^\s'"#]+)/gm)].flatMap(([, action]) => action ?? [])

const SHOWN = 3

function codeowners({ repository, settings }: Patient): Finding {
  const what = 'CODEOWNERS'
  return judge(what, settings.codeowners, (errors) => {
    if (errors === null) return wrong(what, 'there is none: nobody owns anything', 'herdbook init DOMAIN writes one')
    if (errors.length === 0) return fine(what, 'without errors')
    const lines = errors.slice(0, SHOWN).map(({ path, line, message }) => `${path}:${line} ${message.split('\n')[0] ?? ''}`)
    return wrong(
      what,
      [...lines, ...(errors.length > SHOWN ? [`and ${errors.length - SHOWN} more`] : [])].join('; '),
      page(repository, `blob/${settings.branch}/${errors[0]?.path ?? ''}`),
    )
  })
}
