import type { Advice } from '../instance/diagnostic.ts'
export const CLOSED_AT_ONCE = 'the connection closed at once'

export const cannotLogIn = (login: { readonly where: string; readonly user: string; readonly why: string }): string =>
  `Herdbook cannot log in to ${login.where} as ${login.user}: ${login.why}`

/** `seen` are the fingerprints that the machine shows. */
export const otherHostKey = (keys: {
  readonly where: string
  readonly pinned: string
  readonly seen: readonly string[]
}): Advice => ({
  message:
    `${keys.where} shows another host key. ` +
    `instance.yaml has ${keys.pinned}, the machine has ${keys.seen.join(' and ') || 'none of a known type'}.`,
  hint:
    'Either the machine was set up again, or someone intercepts the connection. ' +
    'Look at the key on the machine itself before you change ssh.host_key in instance.yaml.',
})

export const UNNAMED_KEY = 'the key'

export const wrongPassphrase = (key: string): string =>
  `${key} has a passphrase. Store the passphrase as a secret and name that ` +
  'secret as ssh.passphrase in instance.yaml, or store a key without a passphrase.'

export const notPrivateKey = (key: string): string =>
  `The secret that ${key} in instance.yaml names is not a private key. ` +
  'Store the whole key file in it, from -----BEGIN to -----END.'

/** `more` is one more sentence about what to check. */
export const noKeyNamed = (more: string | undefined): string =>
  'instance.yaml names no ssh.key, so only your ssh-agent logs in. ' +
  `See which keys it has: ssh-add -l. Or name a key as ssh.key in instance.yaml.${also(more)}`

export const checkKey = ({ key, more }: { readonly key: string; readonly more: string | undefined }): string =>
  `Check ssh.user and ${key} in instance.yaml. ` +
  `Check that authorized_keys on the machine has the public key.${also(more)}`

const also = (more: string | undefined): string => (more === undefined ? '' : ` ${more}`)

export const CHECK_ADDRESS =
  'Check ssh.host and ssh.port in instance.yaml. Check that the computer that runs Herdbook can reach the server.'

export const cannotRun = ({ where, why }: { readonly where: string; readonly why: string }): string =>
  `Herdbook cannot run a command on ${where}: ${why}`

export const outputTooLong = (most: number): string => `the output of the command is longer than ${most} characters`

export const CUT_OFF = 'was cut off'
export const endedWith = (code: number): string => `ended with code ${code}`
