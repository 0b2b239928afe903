/** The hint of every error below. */
export const NEW_PLAN = 'To save a new plan: herdbook plan --out FILE'

export const NOT_JSON = 'This file is not a saved plan: its text is not JSON.'

/** `problem` is the schema's, such as "/steps/0 must be object". */
export const unreadablePlan = (problem: string): string =>
  `This version of Herdbook cannot read this saved plan: ${problem}.`
