import { absenceOf, noteOnDelete } from './absence.ts'
import { isUnmeasured } from './consent.ts'
import { stepDigest } from '../digest.ts'
import type { PlanInput } from './input.ts'
import type { DraftStep, Kind } from '../kind.ts'
import type { Step } from './types.ts'

/** The note of a delete that leaves something. */
function ending(kind: Kind, { id, action, serverId, seen }: DraftStep, { instance }: PlanInput): string | undefined {
  return action === 'delete'
    ? noteOnDelete(absenceOf(kind, { id, live: { id, serverId, fields: seen } }, instance))
    : undefined
}

/** Makes steps of a kind's drafts: adds hazard, impact, connection and digest. */
export function measured(kind: Kind, drafts: readonly DraftStep[], input: PlanInput): Step[] {
  const connection = input.live.writes(kind.name, drafts.length)
  return drafts.map((step) => {
    const { weakens, impact } = input.live.assess(step)
    const note = kind.note?.(step) ?? ending(kind, step, input)
    return {
      ...step,
      hazard: kind.hazard(step),
      weakens,
      ...(impact === undefined || isUnmeasured(impact) ? {} : { impact }),
      ...(note === undefined ? {} : { note }),
      connection,
      calls: kind.calls?.(step) ?? 1,
      digest: stepDigest(step, input.sealing),
    }
  })
}
