import { EXIT, fail } from '../instance/diagnostic.ts'
import { inTheClear } from '../instance/loopback.ts'
import { notEncrypted } from './texts.ts'

/** Throws (exit 9) if a secret would go unencrypted. `what` names it, `setting` is the key that holds the address. */
export function refuseClear(url: string, what: string, setting: string): void {
  if (!inTheClear(url)) return
  const { message, hint } = notEncrypted({ what, origin: new URL(url).origin, setting })
  fail(EXIT.invalid, 'not-encrypted', message, { hint })
}
