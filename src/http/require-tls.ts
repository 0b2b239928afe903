import { EXIT, fail } from '../instance/diagnostic.ts'
import { inTheClear } from '../instance/loopback.ts'

/** Throws (exit 9) where a secret would be sent in the clear. `what` names it for people, `where` the setting that says where it goes. */
export function refuseClear(url: string, what: string, where: string): void {
  if (!inTheClear(url)) return
  fail(EXIT.invalid, 'not-encrypted', `${what} would be sent to ${new URL(url).origin} in the clear, and is not`, {
    hint: `write https: in ${where}, and store the secret with that address`,
  })
}
