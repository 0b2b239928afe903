import type { Advice } from '../instance/diagnostic.ts'
/** `what` is the secret's key in instance.yaml, `name` where it is stored: a variable or a file. */
export interface SecretName {
  readonly what: string
  readonly name: string
}

export const secretEmpty = ({ what, name }: SecretName): string => `${what}: ${name} is empty`

export const variableMissing = ({ what, name }: SecretName): string => `${what}: the environment has no ${name}`

export const fileUnreadable = ({ what, name }: SecretName): string => `${what}: ${name} cannot be read`

export const SET_FILE = 'The file must exist, and you must be able to read it.'

export const setVariable = (name: string): string => `Set ${name} in the environment, or name a file: { file: PATH }`

export const tokenUnbound = ({ what, name, origin }: SecretName & { readonly origin: string }): Advice => ({
  message: `${what}: ${name} does not say which server it is for, so Herdbook sends it to none`,
  hint: `Store it with the server's address in front: "${origin} TOKEN"`,
})

export const tokenMalformed = ({ what, name }: SecretName): string =>
  `${what}: ${name} must hold a server's address and a token, and nothing else`

/** `home` is the address that is stored with the token. */
export const tokenElsewhere = (token: SecretName & { readonly home: string; readonly origin: string }): Advice => ({
  message: `${token.what}: ${token.name} is for ${token.home}, so Herdbook does not send it to ${token.origin}`,
  hint: 'If the server has moved, store the token again with the new address.',
})

export const keyElsewhere = (
  key: SecretName & { readonly stored: readonly string[]; readonly fingerprint: string },
): string => `${key.what}: ${key.name} is for the machine ${key.stored.join(', ')}, not for ${key.fingerprint}`

export const keyUnbound = (key: SecretName & { readonly host: string; readonly fingerprint: string }): Advice => ({
  message: `${key.what}: ${key.name} does not say which machine it is for, so Herdbook does not use it`,
  hint: `Store it with the fingerprint of ${key.host} on a line in front: { echo ${key.fingerprint}; cat KEY; }`,
})

/** For a text that is about to leave Herdbook. */
export const SECRET_IN_OUTPUT: Advice = {
  message: 'Herdbook was about to show or write a secret. It withheld the text.',
  hint: 'A file, Git or the server contains a secret that instance.yaml names. Remove it there, and replace the secret with a new one.',
}
