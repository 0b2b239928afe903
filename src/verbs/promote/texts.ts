export const HELP = {
  account: 'the username, with or without @',
  role: 'the role, as roles.yaml names it',
  until: 'the day on which the role ends, such as 2026-12-24',
  after: `
Example:
  herdbook promote alice Moderator

This changes the files, not the server. If the account does not exist yet, the change waits until it does.`,
}

export const unknownRole = ({
  role,
  meant,
  roles,
}: {
  readonly role: string
  readonly meant: string | undefined
  readonly roles: readonly string[]
}) => ({
  message: `roles.yaml has no role ${role}.`,
  hint: meant === undefined ? `The roles are ${roles.join(', ')}.` : `Did you mean ${meant}?`,
})

export const changesRole = ({
  id,
  before,
  role,
}: {
  readonly id: string
  readonly before: string
  readonly role: string
}): string => `@${id}: ${before} → ${role}.`

export const getsRole = ({ id, role }: { readonly id: string; readonly role: string }): string =>
  `@${id} becomes ${role}.`

/** The subject of the commit or pull request. */
export const promotionSubject = ({ id, role }: { readonly id: string; readonly role: string }): string =>
  `Make ${id} ${role}`
