import { OWN_AUTHORITY } from './texts.ts'

/** Node proposes an option of its own, which `herdbook` does not take. */
const NODE_OPTION = /; if the root CA is installed locally, try running Node\.js with +--use-system-ca/

/** Finds the innermost reason of a request without an answer: fetch and undici wrap it. */
export function networkErrorOf(error: unknown): string {
  let message = String(error)
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) message = cause.message
  return message.replace(NODE_OPTION, OWN_AUTHORITY)
}
