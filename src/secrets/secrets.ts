import { readFile } from 'node:fs/promises'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Secret } from '../instance/documents.ts'
import { isLoopback } from '../instance/loopback.ts'
import { refuseClear } from '../http/require-tls.ts'
import { openLeakScanner } from '../redaction/leak-scanner.ts'

/** A machine as instance.yaml names it: the fingerprint is that of its host key, such as `SHA256:…`. */
export interface MachineId {
  readonly host: string
  readonly fingerprint: string
}

/** The secrets that this run holds. */
export interface Secrets {
  /** Reads a secret that is sent nowhere. `what` names it for people, such as `ledger_key`. */
  readonly read: (secret: Secret, what: string) => Promise<string>
  /** Reads a token for an origin. It must be stored together with that origin, and is sent nowhere in the clear. */
  readonly token: (secret: Secret, what: string, origin: string) => Promise<string>
  /** Whether this run has it. */
  readonly has: (secret: Secret | undefined) => Promise<boolean>
  /** Reads a private key for a machine. The fingerprint of the machine's own key must be stored in front of it; on this machine there need be none. */
  readonly sshKey: (secret: Secret, what: string, machine: MachineId) => Promise<string>
  /** Holds a secret where it is there: what this run does not use must not leave it either. */
  readonly watch: (secret: Secret) => Promise<void>
  /** Holds a secret that was made in this run. */
  readonly hold: (secret: string) => void
  /** Answers the text unchanged, or throws where it holds a secret, as it is or in a form that watch.ts finds. */
  readonly abortOnSecret: (text: string) => string
}

/** Reads secrets from the environment and from files, and watches that none leaves. */
export function openSecrets(env: { readonly [name: string]: string | undefined } = process.env): Secrets {
  const { hold, finds } = openLeakScanner()
  const valueOf = async (secret: Secret): Promise<string> =>
    secret.env === undefined ? await readFile(secret.file ?? '', 'utf8').catch(() => '') : (env[secret.env] ?? '')
  const read = async (secret: Secret, what: string): Promise<string> => {
    const value = (await resolve(secret, what, env)).trim()
    if (value === '')
      fail(EXIT.invalid, 'secret-missing', `${what}: ${nameOf(secret)} is empty`, { hint: howToSet(secret) })
    hold(value)
    return value
  }
  return {
    read,
    hold,
    has: async (secret) => secret !== undefined && (await valueOf(secret)).trim() !== '',
    watch: async (secret) => hold((await valueOf(secret)).trim()),
    token: async (secret, what, origin) => {
      refuseClear(origin, what, 'mastodon.api.url')
      const value = await read(secret, what)
      const [home, token, ...more] = value.split(/\s+/)
      if (token === undefined) {
        if (URL.canParse(origin) && isLoopback(new URL(origin).hostname)) return value
        return fail(
          EXIT.invalid,
          'secret-unbound',
          `${what}: ${nameOf(secret)} doesn't say which server it is for, so it is sent to none`,
          {
            hint: `store it with its origin in front: "${origin} TOKEN"`,
          },
        )
      }
      if (more.length > 0)
        fail(EXIT.invalid, 'secret-malformed', `${what}: ${nameOf(secret)} should hold an origin and a token`)
      hold(token)
      if (originOf(home) !== originOf(origin)) {
        fail(
          EXIT.invalid,
          'secret-elsewhere',
          `${what}: ${nameOf(secret)} is for ${home}, and is not sent to ${origin}`,
          {
            hint: 'if the server has moved, store the token anew with its new origin',
          },
        )
      }
      return token
    },
    sshKey: async (secret, what, machine) => {
      const value = await read(secret, what)
      const start = Math.max(value.indexOf('-----BEGIN'), 0)
      refuseElsewhere(
        value.slice(0, start).match(/SHA256:[A-Za-z0-9+/]{43}/g) ?? [],
        `${what}: ${nameOf(secret)}`,
        machine,
      )
      return `${value.slice(start)}\n`
    },
    abortOnSecret: (text) =>
      finds(text)
        ? fail(EXIT.defect, 'secret-in-output', 'a secret was about to be shown or written down; that is withheld', {
            hint: PLANTED,
          })
        : text,
  }
}

async function resolve(
  secret: Secret,
  what: string,
  env: { readonly [name: string]: string | undefined },
): Promise<string> {
  if (secret.env !== undefined) {
    const value = env[secret.env]
    return (
      value ??
      fail(EXIT.invalid, 'secret-missing', `${what}: the environment has no ${secret.env}`, { hint: howToSet(secret) })
    )
  }
  const path = secret.file ?? ''
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    return fail(EXIT.invalid, 'secret-missing', `${what}: can't read ${path}`, { hint: howToSet(secret), cause })
  }
}

const PLANTED =
  'One of the secrets that instance.yaml names stands in a file, in Git or on the server. Take it away there, and replace it by a new one.'

const nameOf = (secret: Secret): string => secret.env ?? secret.file ?? ''

const howToSet = (secret: Secret): string =>
  secret.env === undefined
    ? 'the file must exist and be readable by you'
    : `set ${secret.env} in the environment, or name a file: { file: PATH }`

const originOf = (url: string | undefined): string | null =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : null

/** A key is for the machines whose fingerprints stand in front of it, and for no other. */
function refuseElsewhere(bound: readonly string[], name: string, { host, fingerprint }: MachineId): void {
  if (bound.includes(fingerprint) || (bound.length === 0 && isLoopback(host))) return
  if (bound.length > 0)
    fail(EXIT.invalid, 'secret-elsewhere', `${name} is for the machine ${bound.join(', ')}, not for ${fingerprint}`)
  fail(EXIT.invalid, 'secret-unbound', `${name} doesn't say which machine it is for, so it is used for none`, {
    hint: `store it with the fingerprint of ${host} in front, on a line of its own: { echo ${fingerprint}; cat KEY; }`,
  })
}
