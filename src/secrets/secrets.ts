import { readFile } from 'node:fs/promises'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Secret } from '../instance/documents.ts'
import { isLoopback } from '../instance/loopback.ts'
import { refuseClear } from '../http/require-tls.ts'
import { openLeakScanner } from '../redaction/leak-scanner.ts'
import {
  fileUnreadable,
  keyElsewhere,
  keyUnbound,
  SECRET_IN_OUTPUT,
  secretEmpty,
  type SecretName,
  SET_FILE,
  setVariable,
  tokenElsewhere,
  tokenMalformed,
  tokenUnbound,
  variableMissing,
} from './texts.ts'

/** A machine by its name in instance.yaml, and its host key's fingerprint, for example `SHA256:…`. */
export interface MachineId {
  readonly host: string
  readonly fingerprint: string
}

/** The secrets that this run holds. */
export interface Secrets {
  /** Reads a secret that is sent nowhere. `what` names it for people, for example `ledger_key`. */
  readonly read: (secret: Secret, what: string) => Promise<string>
  /** Reads a token for an origin. It must be stored with that origin, and is never sent without encryption. */
  readonly token: (secret: Secret, what: string, origin: string) => Promise<string>
  /** Whether this run has the secret. */
  readonly has: (secret: Secret | undefined) => Promise<boolean>
  /**
   * Reads a private key for a machine, stored with the machine's fingerprint in front. On loopback it may be missing.
   */
  readonly sshKey: (secret: Secret, what: string, machine: MachineId) => Promise<string>
  /** Watches for a secret if this run has it: an unused secret must not leave it either. */
  readonly watch: (secret: Secret) => Promise<void>
  /** Watches for a secret that this run made. */
  readonly hold: (secret: string) => void
  /** Returns the text unchanged, or throws if it contains a secret in a form that the leak scanner finds. */
  readonly abortOnSecret: (text: string) => string
}

/** Opens the secrets in the environment and in files, and watches that none leaves. */
export function openSecrets(env: { readonly [name: string]: string | undefined } = process.env): Secrets {
  const { hold, finds } = openLeakScanner()
  const valueOf = async (secret: Secret): Promise<string> =>
    secret.env === undefined ? await readFile(secret.file ?? '', 'utf8').catch(() => '') : (env[secret.env] ?? '')
  const read = async (secret: Secret, what: string): Promise<string> => {
    const value = (await resolve(secret, what, env)).trim()
    if (value === '')
      fail(EXIT.invalid, 'secret-missing', secretEmpty({ what, name: nameOf(secret) }), { hint: howToSet(secret) })
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
      const names = { what, name: nameOf(secret) }
      const value = await read(secret, what)
      const [home, token, ...more] = value.split(/\s+/)
      if (token === undefined) {
        if (URL.canParse(origin) && isLoopback(new URL(origin).hostname)) return value
        const { message, hint } = tokenUnbound({ ...names, origin })
        return fail(EXIT.invalid, 'secret-unbound', message, { hint })
      }
      if (more.length > 0) fail(EXIT.invalid, 'secret-malformed', tokenMalformed(names))
      hold(token)
      if (originOf(home) !== originOf(origin)) {
        const { message, hint } = tokenElsewhere({ ...names, home: home ?? '', origin })
        fail(EXIT.invalid, 'secret-elsewhere', message, { hint })
      }
      return token
    },
    sshKey: async (secret, what, machine) => {
      const value = await read(secret, what)
      const start = Math.max(value.indexOf('-----BEGIN'), 0)
      refuseElsewhere(
        value.slice(0, start).match(/SHA256:[A-Za-z0-9+/]{43}/g) ?? [],
        { what, name: nameOf(secret) },
        machine,
      )
      return `${value.slice(start)}\n`
    },
    abortOnSecret: (text) =>
      finds(text)
        ? fail(EXIT.defect, 'secret-in-output', SECRET_IN_OUTPUT.message, { hint: SECRET_IN_OUTPUT.hint })
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
      fail(EXIT.invalid, 'secret-missing', variableMissing({ what, name: secret.env }), { hint: howToSet(secret) })
    )
  }
  const path = secret.file ?? ''
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    return fail(EXIT.invalid, 'secret-missing', fileUnreadable({ what, name: path }), { hint: howToSet(secret), cause })
  }
}

const nameOf = (secret: Secret): string => secret.env ?? secret.file ?? ''

const howToSet = (secret: Secret): string => (secret.env === undefined ? SET_FILE : setVariable(secret.env))

const originOf = (url: string | undefined): string | null =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : null

/** Refuses a key for any machine but those whose fingerprints are stored in front of it. */
function refuseElsewhere(stored: readonly string[], names: SecretName, { host, fingerprint }: MachineId): void {
  if (stored.includes(fingerprint) || (stored.length === 0 && isLoopback(host))) return
  if (stored.length > 0) fail(EXIT.invalid, 'secret-elsewhere', keyElsewhere({ ...names, stored, fingerprint }))
  const { message, hint } = keyUnbound({ ...names, host, fingerprint })
  fail(EXIT.invalid, 'secret-unbound', message, { hint })
}
