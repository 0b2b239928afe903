import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import schema from '../../schema/plan.schema.json' with { type: 'json' }
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Plan } from '../reconcile/plan/types.ts'
import { adjustmentOf, differenceOf, readOf, stepOf, unmanagedOf, type PlanForm } from './plan.ts'
import { NEW_PLAN, NOT_JSON, unreadablePlan } from './texts.ts'

/** Reads exactly the plan that `plan --out` saved, or exits 9. Apply checks whether it is still current. */
export function parsePlan(text: string): Plan {
  const form = checked(parsed(text))
  const { summary: _summary, timings: _timings, let_go, left_behind, left_alone, ...rest } = form
  return {
    ...rest,
    // An older saved plan lacks these.
    removed: rest.removed ?? [],
    unfinished: rest.unfinished ?? [],
    letGo: let_go ?? [],
    checks: rest.checks ?? [],
    leftBehind: left_behind ?? [],
    leftAlone: left_alone ?? [],
    reads: form.reads.map(readOf),
    steps: form.steps.map(stepOf),
    drift: form.drift.map(differenceOf),
    conflicts: form.conflicts.map(differenceOf),
    takeovers: form.takeovers.map(differenceOf),
    unmanaged: form.unmanaged.map(unmanagedOf),
    adjustments: form.adjustments.map(adjustmentOf),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    return fail(EXIT.invalid, 'plan-not-json', NOT_JSON, { hint: NEW_PLAN, cause })
  }
}

let compiled: ValidateFunction<PlanForm> | undefined

function checked(value: unknown): PlanForm {
  const validate = (compiled ??= new Ajv2020({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
  }).compile<PlanForm>(schema))
  if (validate(value)) return value
  const error = validate.errors?.[0]
  const where = error === undefined || error.instancePath === '' ? 'it' : error.instancePath
  return fail(EXIT.invalid, 'plan-shape', unreadablePlan(`${where} ${error?.message ?? 'has another shape'}`), {
    hint: NEW_PLAN,
  })
}
