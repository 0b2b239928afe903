import * as texts from './texts.ts'
import type { EnvironmentFacts } from '../../forges/github/environments.ts'
import type { InstanceFile } from '../../instance/documents.ts'
import { ENVIRONMENTS, OWNERS_ENVIRONMENT } from '../environment-names.ts'
import { settingsOf } from '../init/settings.ts'
import { aboutOf, fine, judge, namedSecrets, page, unseen, wrong, type Finding, type DoctorInput } from './finding.ts'

/** Whether the names of secrets in instance.yaml are those that workflows hand over. */
export function nameFindings({ config }: DoctorInput): Finding[] {
  const named = namedSecrets(config)
  const handed: readonly string[] = Object.values(ENVIRONMENTS).flat()
  const strangers = named.filter((name) => !handed.includes(name))
  const names = strangers.map((name) =>
    wrong('Secrets', texts.unknownSecret(name), texts.knownSecrets([...new Set(handed)].join(', '))),
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
    const name = secret?.env ?? texts.NO_NAME
    return (ENVIRONMENTS['herdbook-plan'] as readonly string[]).includes(name)
      ? fine(what, texts.plansWith(name))
      : wrong(what, texts.cannotPlan(name), texts.addReading(mend))
  })
}

/**
 * Whether the environments are there, for the default branch alone, with the secrets that their jobs need and no
 * others.
 */
export function environmentFindings(patient: DoctorInput): Finding[] {
  return Object.entries(ENVIRONMENTS).flatMap(([name, allowed]) => {
    const found = patient.settings.environments.get(name)
    if (!found?.seen) return [unseen(name, found?.why ?? 'nobody looked')]
    const commands = settingsOf(aboutOf(patient))[
      name === OWNERS_ENVIRONMENT ? 'owners' : 'environments'
    ].commands.filter((one) => one.includes(`environments/${name}`))
    if (name === OWNERS_ENVIRONMENT) return ownersEnvironment(found.value, commands, patient)
    if (found.value === null) return [wrong(name, texts.NO_ENVIRONMENT, ...commands)]
    return [whoUses(name, found.value, commands, patient), whatItHolds(name, found.value, allowed, patient)]
  })
}

/** A tag is no branch, whatever its name: whoever may push makes one. */
function whoUses(
  name: string,
  { open, policies, reviewers }: EnvironmentFacts,
  [restrict = '', add = '']: readonly string[],
  { repository, settings }: DoctorInput,
): Finding {
  const isOurs = (one: EnvironmentFacts['policies'][number]): boolean => !one.isTag && one.name === settings.branch
  const others = policies.filter((one) => !isOurs(one))
  const named = policies.some(isOurs)
  if (named && others.length === 0) return fine(name, texts.onlyFor(settings.branch))
  const listed = policies.map((one) => (one.isTag ? `the tag ${one.name}` : one.name)).join(', ') || texts.NO_BRANCH
  const says =
    open === 'all' ? texts.ANY_BRANCH : texts.openTo(open === 'protected' ? 'all protected branches' : listed)
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
    texts.notOnly(says, settings.branch),
    ...mend.filter((line) => line !== ''),
    page(repository, 'settings/environments'),
  )
}

function whatItHolds(
  name: string,
  { secrets }: EnvironmentFacts,
  allowed: readonly string[],
  { repository, config }: DoctorInput,
): Finding {
  const named = namedSecrets(config)
  return judge(name, secrets, (held) => {
    const missing = allowed.filter((one) => named.includes(one) && !held.includes(one))
    const foreign = held.filter((one) => one.startsWith('HERDBOOK_') && !allowed.includes(one))
    if (foreign.length > 0)
      return wrong(
        name,
        texts.holdsForeign(foreign.join(', ')),
        ...foreign.map((one) => `gh secret delete ${one} --repo ${repository} --env ${name}`),
      )
    if (missing.length > 0)
      return wrong(
        name,
        texts.lacks(missing.join(', ')),
        ...missing.map((one) => `gh secret set ${one} --repo ${repository} --env ${name}`),
      )
    return fine(name, texts.holds(held.filter((one) => named.includes(one)).join(', ') || 'nothing'))
  })
}

/**
 * Not every plan has required reviewers. Without them the environment must hold no key: whoever may write could press
 * the button.
 */
function ownersEnvironment(
  facts: EnvironmentFacts | null,
  commands: readonly string[],
  patient: DoctorInput,
): Finding[] {
  const name = OWNERS_ENVIRONMENT
  const { repository } = patient
  if (facts === null) return [fine(name, texts.SIGN_AT_A_DESK)]
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
      if (held.length === 0) return fine(name, texts.noReviewer)
      const mend = held.map((one) => `gh secret delete ${one} --repo ${repository} --env ${name}`)
      return wrong(
        name,
        texts.keyWithoutReviewer(held.join(', ')),
        ...commands.slice(0, 1),
        ...(commands.length > 0 ? [texts.OR_WITHOUT_REVIEWERS] : []),
        ...mend,
      )
    }),
  ]
}

/** Its reviewers are the owners, and nobody of several lets run what they pressed themselves. */
function whoLets(
  { reviewers, preventsSelfReview }: EnvironmentFacts,
  commands: readonly string[],
  { owners, repository }: DoctorInput,
): Finding[] {
  const name = OWNERS_ENVIRONMENT
  // that nobody is named is told where people are
  if (owners.length === 0) return []
  const mend = [...commands.slice(0, 1), page(repository, 'settings/environments')]
  const known = owners.map((one) => one.toLowerCase())
  const shown = (one: string): string => (one.startsWith('team ') ? `the ${one}` : `@${one}`)
  const strangers = reviewers.filter((one) => !known.includes(one.toLowerCase())).map(shown)
  const all = reviewers.map(shown).join(', ')
  if (strangers.length > 0) return [wrong(name, texts.strangersLet(strangers.join(', ')), ...mend)]
  if (reviewers.length > 1 && !preventsSelfReview) return [wrong(name, texts.LETS_OWN, ...mend)]
  if (reviewers.length === 1 && preventsSelfReview) return [wrong(name, texts.aloneAndNotOwn(all), ...mend)]
  return [fine(name, texts.waitsFor(all))]
}
