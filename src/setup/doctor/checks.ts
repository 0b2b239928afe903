import type { Seen } from '../../forges/github/visible.ts'
import { ENVIRONMENTS } from '../environment-names.ts'
import { LABELS, LACKING, NEVER_THERE, OPENED, settingsOf } from '../init/settings.ts'
import { branchFindings, ledger } from './branch.ts'
import { environmentFindings, nameFindings } from './environments.ts'
import { aboutOf, fine, judge, namedSecrets, page, wrong, type Finding, type Patient } from './finding.ts'
import { fileFindings } from './files.ts'
import { peopleFindings } from './people.ts'
import { own } from '../../instance/get-own.ts'

/** Holds the settings of a repository against what `herdbook init` asks for. */
export function examine(patient: Patient): Finding[] {
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
function lacksPlan({ settings }: Patient): boolean {
  const looked: readonly Seen<unknown>[] = [...settings.guards, settings.ledger, ...settings.environments.values()]
  return (
    settings.private &&
    looked.some((one) => !one.seen && /Upgrade to GitHub .*make this repository public/.test(one.why))
  )
}

const PUBLIC_OR_PAID = 'Make it public, or take a paid plan (https://github.com/pricing)'

function plan({ repository }: Patient): Finding {
  return wrong(
    'Plan',
    `this repository is private, and on its plan GitHub has no ${LACKING} for it: nothing of what Herdbook relies on can be set`,
    `${PUBLIC_OR_PAID}: ${page(repository, 'settings')}`,
    NEVER_THERE,
  )
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
      ? fine(what, `may open pull requests, and only read by default; ${OPENED}`)
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
    return missing.length === 0
      ? fine(what, 'all are there')
      : wrong(what, `missing: ${missing.join(', ')}`, ...commands)
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
          'Write the full commit behind the @, as herdbook init does: otherwise anybody who can move a tag gets your keys.',
        )
  })
}

const usedIn = (text: string): string[] =>
  [...text.matchAll(/^[ \t-]*uses:[ \t]*['"]?([^\s'"#]+)/gm)].flatMap(([, action]) => action ?? [])

const OFF: { readonly [state: string]: string } = {
  disabled_inactivity: 'GitHub stopped it after 60 days without activity',
  disabled_manually: 'somebody switched it off',
}

/** A workflow that is off says nothing: `until:` dates pass, what is changed by hand is told to nobody, and a failed apply is not tried again. */
function runs({ repository, settings }: Patient): Finding {
  const what = 'Runs'
  return judge(what, settings.runs, (states) => {
    const off = [...states].flatMap(([path, state]) => {
      const name = path.split('/').at(-1) ?? path
      return name.startsWith('herdbook-') && state.startsWith('disabled')
        ? [{ name, why: own(OFF, state) ?? state }]
        : []
    })
    return off.length === 0
      ? fine(what, 'no workflow of Herdbook is switched off')
      : wrong(
          what,
          off.map(({ name, why }) => `${name} does not run: ${why}`).join('; '),
          ...off.map(({ name }) => `gh workflow enable ${name} --repo ${repository}`),
        )
  })
}

const SHOWN = 3

function codeowners({ repository, settings }: Patient, unprotected: boolean): Finding {
  const what = 'CODEOWNERS'
  return judge(what, settings.codeowners, (errors) => {
    if (errors === null) return wrong(what, 'there is none: nobody owns anything', 'herdbook init DOMAIN writes one')
    if (unprotected)
      return wrong(
        what,
        'not enforced: GitHub asks no code owners in a private repository on this plan',
        `${PUBLIC_OR_PAID}: ${page(repository, 'settings')}`,
      )
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
