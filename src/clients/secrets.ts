import { readFile } from 'node:fs/promises'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Secret } from '../instance/documents.ts'
import { openWatch } from './watch.ts'

/** The secrets that this run holds. */
export interface Secrets {
  /** Reads a secret that is sent nowhere. `what` names it for people, such as `ledger_key`. */
  readonly read: (secret: Secret, what: string) => Promise<string>
  /** Reads a token for an origin. It must be stored together with that origin. */
  readonly token: (secret: Secret, what: string, origin: string) => Promise<string>
  /** Reads a private key for a machine with that fingerprint. A fingerprint stored before the key must be that one. */
  readonly sshKey: (secret: Secret, fingerprint: string) => Promise<string>
  /** Whether this run has it. */
  readonly has: (secret: Secret | undefined) => Promise<boolean>
  /** Holds a secret where it is there: what this run does not use must not leave it either. */
  readonly watch: (secret: Secret) => Promise<void>
  /** Holds a secret that was made in this run. */
  readonly hold: (secret: string) => void
  /** Answers the text unchanged, or throws where it holds a secret in any encoding. */
  readonly abortOnSecret: (text: string) => string
}

/** Reads secrets from the environment and from files, and watches that none leaves. */
export function openSecrets(env: { readonly [name: string]: string | undefined } = process.env): Secrets {
  const { hold, finds } = openWatch()
  const valueOf = async (secret: Secret): Promise<string> => (secret.env === undefined ? await readFile(secret.file ?? '', 'utf8').catch(() => '') : (env[secret.env] ?? ''))
  const read = async (secret: Secret, what: string): Promise<string> => {
    const value = (await resolve(secret, what, env)).trim()
    if (value === '') fail(EXIT.invalid, 'secret-missing', `${what}: ${nameOf(secret)} is empty`, { hint: howToSet(secret) })
    hold(value)
    return value
  }
  return {
    read,
    hold,
    has: async (secret) => secret !== undefined && (await valueOf(secret)).trim() !== '',
    watch: async (secret) => hold((await valueOf(secret)).trim()),
    token: async (secret, what, origin) => {
      const value = await read(secret, what)
      const [home, token, ...more] = value.split(/\s+/)
      if (token === undefined) {
        if (isLoopback(origin)) return value
        return fail(EXIT.invalid, 'secret-unbound', `${what}: ${nameOf(secret)} doesn't say which server it is for, so it is sent to none`, {
          hint: `store it with its origin in front: "${origin} TOKEN"`,
        })
      }
      if (more.length > 0) fail(EXIT.invalid, 'secret-malformed', `${what}: ${nameOf(secret)} should hold an origin and a token`)
      hold(token)
      if (originOf(home) !== originOf(origin)) {
        fail(EXIT.invalid, 'secret-elsewhere', `${what}: ${nameOf(secret)} is for ${home}, and is not sent to ${origin}`, {
          hint: 'if the server has moved, store the token anew with its new origin',
        })
      }
      return token
    },
    sshKey: async (secret, fingerprint) => {
      const value = await read(secret, 'ssh.key')
      const start = value.indexOf('-----BEGIN')
      const bound: readonly string[] = value.slice(0, Math.max(start, 0)).match(/SHA256:[A-Za-z0-9+/]{43}/g) ?? []
      if (bound.length > 0 && !bound.includes(fingerprint)) {
        fail(EXIT.invalid, 'secret-elsewhere', `ssh.key: ${nameOf(secret)} is for the machine ${bound.join(', ')}, not for ${fingerprint}`)
      }
      return `${value.slice(Math.max(start, 0))}\n`
    },
    abortOnSecret: (text) => (finds(text) ? fail(EXIT.defect, 'secret-in-output', 'a secret was about to be shown or written down; that is withheld', { hint: PLANTED }) : text),
  }
}

async function resolve(secret: Secret, what: string, env: { readonly [name: string]: string | undefined }): Promise<string> {
  if (secret.env !== undefined) {
    const value = env[secret.env]
    return value ?? fail(EXIT.invalid, 'secret-missing', `${what}: the environment has no ${secret.env}`, { hint: howToSet(secret) })
  }
  const path = secret.file ?? ''
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    return fail(EXIT.invalid, 'secret-missing', `${what}: can't read ${path}`, { hint: howToSet(secret), cause })
  }
}

const PLANTED = 'One of the secrets that instance.yaml names stands in a file, in Git or on the server. Take it away there, and replace it by a new one.'

const nameOf = (secret: Secret): string => secret.env ?? secret.file ?? ''

const howToSet = (secret: Secret): string =>
  secret.env === undefined ? 'the file must exist and be readable by you' : `set ${secret.env} in the environment, or name a file: { file: PATH }`

const originOf = (url: string | undefined): string | null => (url !== undefined && URL.canParse(url) ? new URL(url).origin : null)

const isLoopback = (origin: string): boolean => URL.canParse(origin) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(origin).hostname)
