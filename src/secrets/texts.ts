import type { Advice } from '../instance/diagnostic.ts'
/** `what` is the secret's key in instance.yaml, `name` where it is stored: a variable or a file. */
export interface SecretName {
  readonly what: string
  readonly name: string
}

export const secretEmpty = ({ what, name }: SecretName): string => `The secret for ${what} is missing: ${name} is empty`

export const variableMissing = ({ what, name }: SecretName): string =>
  `The secret for ${what} is missing: the environment has no ${name}`

export const fileUnreadable = ({ what, name }: SecretName): string =>
  `The secret for ${what} is missing: the file ${name} cannot be read`

export const SET_FILE = 'This file must exist, must not be empty, and you must be able to read it.'

export const setVariable = (name: string): string =>
  `Set ${name} in the environment. Or, in instance.yaml, name a file instead of { env: ${name} }: { file: PATH }`

export const tokenUnbound = ({ what, name, origin }: SecretName & { readonly origin: string }): Advice => ({
  message: `The token in ${name} (${what}) does not say which server it is for, so Herdbook sends it to no server`,
  hint: `Store the token again, with the server's address in front: "${origin} TOKEN"`,
})

export const tokenMalformed = ({ what, name }: SecretName): string =>
  `The secret in ${name} (${what}) must hold a server's address and a token, and nothing else`

/** `home` is the address that is stored with the token. */
export const tokenElsewhere = (token: SecretName & { readonly home: string; readonly origin: string }): Advice => ({
  message:
    `The token in ${token.name} ` +
    `(${token.what}) is for ${token.home}, so Herdbook does not send it to ${token.origin}`,
  hint: 'If the server has moved, store the token again with the new address.',
})

export const keyElsewhere = (
  key: SecretName & { readonly stored: readonly string[]; readonly fingerprint: string },
): string =>
  `The key in ${key.name} (${key.what}) is for a machine with the fingerprint ${key.stored.join(', ')}, ` +
  `but this machine has ${key.fingerprint}. ` +
  'If the machine was set up again, store the key again with the new fingerprint in front'

export const keyUnbound = (key: SecretName & { readonly host: string; readonly fingerprint: string }): Advice => ({
  message: `The key in ${key.name} (${key.what}) does not say which machine it is for, so Herdbook does not use it`,
  hint:
    `Store the key again, with the fingerprint of ${key.host} on a line in front. ` +
    `This prints both, if KEY is the file of the key: { echo ${key.fingerprint}; cat KEY; }`,
})

/** For a text that is about to leave Herdbook. */
export const SECRET_IN_OUTPUT: Advice = {
  message: 'One of the secrets that instance.yaml names was in a text that Herdbook was about to show or write.',
  hint:
    'It came from a file of the repository, from Git, or from an answer of the server. ' +
    'Look for it there and remove it. Then replace the secret with a new one.',
}
