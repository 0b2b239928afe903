import * as texts from './texts.ts'
import type { VisibleSetting } from '../../forges/github/read-if-visible.ts'
import { ENVIRONMENTS } from '../environment-names.ts'
import { LABELS, settingsOf } from '../init/settings.ts'
import { NEVER_THERE, OPENED } from '../init/texts.ts'
import { branchFindings, ledger } from './branch.ts'
import { environmentFindings, nameFindings } from './environments.ts'
import { aboutOf, fine, judge, namedSecrets, page, wrong, type Finding, type DoctorInput } from './finding.ts'
import { fileFindings } from './files.ts'
import { peopleFindings } from './people.ts'
import { own } from '../../instance/get-own.ts'

/** Holds the settings of a repository against what `herdbook init` asks for. */
export function examine(patient: DoctorInput): Finding[] {
  const unprotected = lacksPlan(patient)
  return [
    ...(unprotected ? [plan(patient)] : [...branchFindings(patient), ledger(patient)]),
    ...peopleFindings(patient),
    ...nameFindings(patient),
    ...(unprotected ? [] : environmentFindings(patient)),
    repositorySecrets(patient),
    workflowTokens(patient),
    labels(patient),
    workflowFiles(patient),
    fileFindings(patient.files),
    runs(patient),
    codeowners(patient, unprotected),
  ]
}

/** Whether GitHub said that the plan is what is missing: nothing that is set could then be mended. */
function lacksPlan({ settings }: DoctorInput): boolean {
  const looked: readonly VisibleSetting<unknown>[] = [
    ...settings.guards,
    settings.ledger,
    ...settings.environments.values(),
  ]
  return (
    settings.private &&
    looked.some((one) => !one.seen && /Upgrade to GitHub .*make this repository public/.test(one.why))
  )
}

function plan({ repository }: DoctorInput): Finding {
  return wrong('Price plan', texts.FREE_PLAN, `${texts.PUBLIC_OR_PAID}: ${page(repository, 'settings')}`, NEVER_THERE)
}

function repositorySecrets({ repository, config, settings }: DoctorInput): Finding {
  const what = 'Secrets'
  return judge(what, settings.secrets, (held) => {
    const kept = new Set<string>([...Object.values(ENVIRONMENTS).flat(), ...namedSecrets(config)])
    const loose = held.filter((name) => kept.has(name))
    return loose.length === 0
      ? fine(what, texts.NO_LOOSE_SECRETS)
      : wrong(
          what,
          texts.looseSecrets(loose.join(', ')),
          ...loose.map((name) => `gh secret delete ${name} --repo ${repository}`),
        )
  })
}

function workflowTokens(patient: DoctorInput): Finding {
  const what = 'Workflows'
  return judge(what, patient.settings.workflows, ({ mayOpenPullRequests, readOnly }) => {
    const faults = [...(mayOpenPullRequests ? [] : [texts.NO_PULL_REQUESTS]), ...(readOnly ? [] : [texts.WRITES_ALL])]
    return faults.length === 0
      ? fine(what, texts.workflowsFine(OPENED))
      : wrong(what, faults.join(', and '), ...settingsOf(aboutOf(patient)).workflows.commands)
  })
}

function labels(patient: DoctorInput): Finding {
  const what = 'Labels'
  return judge(what, patient.settings.labels, (held) => {
    const missing = Object.keys(LABELS).filter((name) => !held.includes(name))
    const commands = settingsOf(aboutOf(patient)).labels.commands.filter((command) =>
      missing.some((name) => command.includes(`'${name}'`)),
    )
    return missing.length === 0
      ? fine(what, 'all are there')
      : wrong(what, `missing: ${missing.join(', ')}`, ...commands)
  })
}

const OWN = './'
const PINNED = /@[0-9a-f]{40}$/

function workflowFiles({ settings }: DoctorInput): Finding {
  const what = 'Actions'
  return judge(what, settings.files, (files) => {
    const ours = [...files].filter(([path]) => /\/herdbook-[^/]*$/.test(path))
    if (!ours.some(([path]) => path.endsWith('/herdbook-apply.yml')))
      return wrong(what, texts.noWorkflows(settings.branch), texts.BEGIN)
    const loose = ours.flatMap(([path, text]) =>
      usedIn(text)
        .filter((action) => !action.startsWith(OWN) && !PINNED.test(action))
        .map((action) => `${action} in ${path}`),
    )
    return loose.length === 0 ? fine(what, texts.PINNED) : wrong(what, texts.notPinned(loose.join(', ')), texts.PIN)
  })
}

const usedIn = (text: string): string[] =>
  [...text.matchAll(/^[ \t-]*uses:[ \t]*['"]?([^\s'"#]+)/gm)].flatMap(([, action]) => action ?? [])

const OFF: { readonly [state: string]: string } = {
  disabled_inactivity: texts.INACTIVE,
  disabled_manually: texts.SWITCHED_OFF,
}

/**
 * A workflow that is off says nothing: `until:` dates pass, what is changed by hand is told to nobody, and a failed
 * apply is not tried again.
 */
function runs({ repository, settings }: DoctorInput): Finding {
  const what = 'Runs'
  return judge(what, settings.runs, (states) => {
    const off = [...states].flatMap(([path, state]) => {
      const name = path.split('/').at(-1) ?? path
      return name.startsWith('herdbook-') && state.startsWith('disabled')
        ? [{ name, why: own(OFF, state) ?? state }]
        : []
    })
    return off.length === 0
      ? fine(what, texts.ALL_ON)
      : wrong(
          what,
          off.map(({ name, why }) => texts.off(name, why)).join('; '),
          ...off.map(({ name }) => `gh workflow enable ${name} --repo ${repository}`),
        )
  })
}

const SHOWN = 3

function codeowners({ repository, settings }: DoctorInput, unprotected: boolean): Finding {
  const what = 'CODEOWNERS'
  return judge(what, settings.codeowners, (errors) => {
    if (errors === null) return wrong(what, texts.NO_CODEOWNERS, texts.WRITE_CODEOWNERS)
    if (unprotected) return wrong(what, texts.NOT_ENFORCED, `${texts.PUBLIC_OR_PAID}: ${page(repository, 'settings')}`)
    if (errors.length === 0) return fine(what, 'without errors')
    const lines = errors
      .slice(0, SHOWN)
      .map(({ path, line, message }) => `${path}:${line} ${message.split('\n')[0] ?? ''}`)
    return wrong(
      what,
      [...lines, ...(errors.length > SHOWN ? [`and ${errors.length - SHOWN} more`] : [])].join('; '),
      page(repository, `blob/${settings.branch}/${errors[0]?.path ?? ''}`),
    )
  })
}
