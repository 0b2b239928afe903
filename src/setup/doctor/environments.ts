import type { EnvironmentFacts } from '../../forges/github/environments.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import { ENVIRONMENTS, OWNERS_ENVIRONMENT } from '../environment-names.ts'
import { settingsOf } from '../init/settings.ts'
import { aboutOf, fine, judge, namedSecrets, page, unseen, wrong, type Finding, type Patient } from './finding.ts'

/** Whether the names of secrets in instance.yaml are those that workflows hand over. */
export function nameFindings({ config }: Patient): Finding[] {
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
  return [...names, ...reading(config)]
}

/** Whether what plans can read: its environment holds no secret that writes. */
function reading({ mastodon: { api, database } = {}, ssh }: InstanceFile): Finding[] {
  const what = 'Reading'
  const by = database
    ? database.over === 'ssh'
      ? [database.reader_key ?? ssh?.key]
      : []
    : api
      ? [api.read_token ?? api.token]
      : []
  const mend = database ? 'reader_key: { env: HERDBOOK_READER_KEY }' : 'read_token: { env: HERDBOOK_READ_TOKEN }'
  return by.map((secret) => {
    const name = secret?.env ?? 'what no environment can hold'
    return (ENVIRONMENTS['herdbook-plan'] as readonly string[]).includes(name)
      ? fine(what, `pull requests are planned with ${name}`)
      : wrong(
          what,
          `pull requests can not be planned: that would take ${name}, and herdbook-plan does not hold it`,
          `Write in instance.yaml, beside the connection: ${mend}`,
        )
  })
}

/** Whether the environments are there, for the default branch alone, with the secrets that their jobs need and no others. */
export function environmentFindings(patient: Patient): Finding[] {
  return Object.entries(ENVIRONMENTS).flatMap(([name, allowed]) => {
    const found = patient.settings.environments.get(name)
    if (!found?.seen) return [unseen(name, found?.why ?? 'nobody looked')]
    const commands = settingsOf(aboutOf(patient))[
      name === OWNERS_ENVIRONMENT ? 'owners' : 'environments'
    ].commands.filter((one) => one.includes(`environments/${name}`))
    if (name === OWNERS_ENVIRONMENT) return ownersEnvironment(found.value, commands, patient)
    if (found.value === null)
      return [wrong(name, 'there is no environment of that name: the jobs would run without secrets', ...commands)]
    return [whoUses(name, found.value, commands, patient), whatItHolds(name, found.value, allowed, patient)]
  })
}

/** A tag is no branch, whatever its name: whoever may push makes one. */
function whoUses(
  name: string,
  { open, policies, reviewers }: EnvironmentFacts,
  [restrict = '', add = '']: readonly string[],
  { repository, settings }: Patient,
): Finding {
  const isOurs = (one: EnvironmentFacts['policies'][number]): boolean => !one.isTag && one.name === settings.branch
  const others = policies.filter((one) => !isOurs(one))
  const named = policies.some(isOurs)
  if (named && others.length === 0) return fine(name, `for ${settings.branch} alone`)
  const listed = policies.map((one) => (one.isTag ? `the tag ${one.name}` : one.name)).join(', ') || 'no branch at all'
  const says =
    open === 'all'
      ? 'a workflow on any branch can use it'
      : `it is open to ${open === 'protected' ? 'all protected branches' : listed}`
  // what closes it sends the whole environment, and would take away reviewers that only an administrator knows of
  const isKept = open !== 'named' && reviewers.length > 0 && name !== OWNERS_ENVIRONMENT
  const closing = isKept ? [] : [...(open === 'named' ? [] : [restrict]), ...(named ? [] : [add])]
  const mend = [
    ...closing,
    ...others.map(
      ({ id }) => `gh api --method DELETE repos/${repository}/environments/${name}/deployment-branch-policies/${id}`,
    ),
  ]
  return wrong(
    name,
    `${says}, and not to ${settings.branch} alone`,
    ...mend.filter((line) => line !== ''),
    page(repository, 'settings/environments'),
  )
}

function whatItHolds(
  name: string,
  { secrets }: EnvironmentFacts,
  allowed: readonly string[],
  { repository, config }: Patient,
): Finding {
  const named = namedSecrets(config)
  return judge(name, secrets, (held) => {
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
    return fine(
      name,
      `holds what instance.yaml takes: ${held.filter((one) => named.includes(one)).join(', ') || 'nothing'}`,
    )
  })
}

const AT_A_DESK = 'the ledger is signed anew at a desk only: herdbook ledger sign "why"'

/** Not every plan has required reviewers. Without them the environment must hold no key: whoever may write could press the button. */
function ownersEnvironment(facts: EnvironmentFacts | null, commands: readonly string[], patient: Patient): Finding[] {
  const name = OWNERS_ENVIRONMENT
  const { repository } = patient
  if (facts === null) return [fine(name, AT_A_DESK)]
  const { secrets, reviewers } = facts
  if (reviewers.length > 0)
    return [
      whoUses(name, facts, commands, patient),
      whatItHolds(name, facts, ENVIRONMENTS[name], patient),
      ...whoLets(facts, commands, patient),
    ]
  return [
    judge(name, secrets, (all) => {
      const held = all.filter((one) => one.startsWith('HERDBOOK_'))
      if (held.length === 0) return fine(name, `it waits for no reviewer and holds no key: ${AT_A_DESK}`)
      const mend = held.map((one) => `gh secret delete ${one} --repo ${repository} --env ${name}`)
      return wrong(
        name,
        `holds ${held.join(', ')}, and no owner has to let its jobs run`,
        ...commands.slice(0, 1),
        ...(commands.length > 0 ? ['or, where your plan has no required reviewers:'] : []),
        ...mend,
      )
    }),
  ]
}

/** Its reviewers are the owners, and nobody of several lets run what they pressed themselves. */
function whoLets(
  { reviewers, preventsSelfReview }: EnvironmentFacts,
  commands: readonly string[],
  { owners, repository }: Patient,
): Finding[] {
  const name = OWNERS_ENVIRONMENT
  // that nobody is named is told where people are
  if (owners.length === 0) return []
  const mend = [...commands.slice(0, 1), page(repository, 'settings/environments')]
  const known = owners.map((one) => one.toLowerCase())
  const shown = (one: string): string => (one.startsWith('team ') ? `the ${one}` : `@${one}`)
  const strangers = reviewers.filter((one) => !known.includes(one.toLowerCase())).map(shown)
  const all = reviewers.map(shown).join(', ')
  if (strangers.length > 0)
    return [
      wrong(
        name,
        `${strangers.join(', ')} can let its jobs run, whom policy.yaml does not name among the owners`,
        ...mend,
      ),
    ]
  if (reviewers.length > 1 && !preventsSelfReview)
    return [wrong(name, 'an owner can let run what they pressed themselves', ...mend)]
  if (reviewers.length === 1 && preventsSelfReview)
    return [wrong(name, `${all} alone can let its jobs run, but not what they pressed themselves`, ...mend)]
  return [fine(name, `waits until one of these lets it run: ${all}`)]
}
