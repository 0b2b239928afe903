/** A waiting moderator: whether an account is confirmed, suspended or missing is private. */
export const CANNOT_GET_ROLE = 'cannot get a role yet. To see why: herdbook plan'

/** In place of a server's answer that names a person. */
export const ANSWER_NOT_SHOWN = {
  message: 'The answer of the server names a person, so Herdbook does not show the answer here.',
  hint: 'To see the answer, apply on your own computer: herdbook apply',
}
