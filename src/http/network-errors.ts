/** Node proposes an option of its own, for which `herdbook` has no place. */
const OPTION = /; if the root CA is installed locally, try running Node\.js with +--use-system-ca/
const OWN_AUTHORITY =
  '; if its certificate comes from an authority of your own, name the file of that in the environment: NODE_EXTRA_CA_CERTS=/path/to/ca.pem'

/** What went wrong at the bottom of a request that got no answer: fetch and undici wrap it. */
export function networkErrorOf(error: unknown): string {
  let message = String(error)
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) message = cause.message
  return message.replace(OPTION, OWN_AUTHORITY)
}
