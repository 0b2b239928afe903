/** The hint of every error below. */
export const NEW_PLAN = 'To make a new one: herdbook plan --out FILE'

export const NOT_JSON = 'This is not a saved plan: it is not JSON.'

/** `problem` is the schema's, such as "/steps/0 must be object". */
export const unreadablePlan = (problem: string): string =>
  `This version of Herdbook cannot read this saved plan: ${problem}.`
