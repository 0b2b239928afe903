/** A waiting moderator: whether an account is confirmed, suspended or missing is private. */
export const CANNOT_GET_ROLE = 'cannot get a role yet. To see why: herdbook plan'

/** In place of a server's answer that names a person. */
export const ANSWER_NOT_SHOWN = {
  message: 'The answer of the server names a person, so it is not shown here.',
  hint: 'To see it, apply on your own computer: herdbook apply',
}
