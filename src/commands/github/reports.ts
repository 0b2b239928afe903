import type { Annotation, Status } from '../../clients/forge.ts'
import type { Diagnostic, ExitCode } from '../../instance/diagnostic.ts'
import { EXIT } from '../../instance/diagnostic.ts'
import type { Instance } from '../../instance/instance.ts'
import { KINDS } from '../../kinds/index.ts'
import type { Plan, Step } from '../../reconcile/types.ts'
import { capitalised, effect, sentence, verdict, type Sentence } from '../../render/describe.ts'
import { sorted } from '../../render/diagnostics.ts'
import { clip, inline } from '../../render/text.ts'

/** The name of the check that branch protection waits for. */
export const contextOf = (environment: string): string => (environment === 'production' ? 'herdbook' : `herdbook/${environment}`)

/** A plan may be merged unless something speaks against it; what was changed by hand is no fault of whoever proposes. */
export const stateOf = (exit: ExitCode): Status['state'] => (([EXIT.ok, EXIT.changes, EXIT.drift, EXIT.conflict] as readonly ExitCode[]).includes(exit) ? 'success' : 'failure')

const plain = (parts: Sentence): string => parts.map((part) => (typeof part === 'string' ? part : inline(part.name))).join('')

/** A plan's verdict as one line. */
export const oneLine = (plan: Plan): string => clip(plain(verdict(plan, KINDS)), 140)

const LEVELS = { error: 'failure', warning: 'warning', info: 'notice' } as const

/** Problems of the files, beside their lines. `folder` is where the files are in the repository. */
export function annotationsOf(list: readonly Diagnostic[], folder: string): Annotation[] {
  return sorted(list).flatMap(({ at, severity, code, message, hint }): Annotation[] => {
    if (at === undefined) return []
    const told = hint === undefined ? message : `${message}\n→ ${hint}`
    return [{ path: `${folder}/${at.file}`, line: at.line, endLine: at.end?.line ?? at.line, level: LEVELS[severity], title: code, message: told.split('\n').map(inline).join('\n') }]
  })
}

/** What the steps of a plan do, beside the lines that ask for it: the most dangerous first. */
export function stepAnnotations(plan: Plan, instance: Instance, folder: string): Annotation[] {
  const rank = ({ hazard, weakens }: Step): number => (hazard === 'irreversible' ? 0 : weakens ? 1 : hazard === 'disruptive' ? 2 : 3)
  const told = plan.steps.filter(({ source }) => source !== undefined).toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST)
  return told.flatMap((step): Annotation[] => {
    if (step.source === undefined) return []
    const { file, line } = instance.position(step.source)
    const touched = effect(step)
    const title = plain(capitalised(sentence(step, KINDS)))
    const message = [...(step.hazard === 'irreversible' ? ["It can't be undone."] : []), touched === null ? `${step.kind}/${inline(step.id)}` : inline(touched)].join(' ')
    return [{ path: `${folder}/${file}`, line, endLine: line, level: step.hazard === 'irreversible' ? 'warning' : 'notice', title: clip(title, 200), message }]
  })
}

/** As many as a forge shows. */
const MOST = 50
