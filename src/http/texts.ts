import type { Advice } from '../instance/diagnostic.ts'
export const listUnreadable = ({ url, why }: { readonly url: string; readonly why: string }): string =>
  `${url} cannot be read: ${why}.`

export const tooSlow = (seconds: number): string => `the list did not arrive within ${seconds} seconds`
export const tooManyRedirects = (most: number): string => `the address redirects more than ${most} times`
export const REDIRECTS_NOWHERE = 'the address redirects to something that is not a web address'
export const REDIRECTS_HERE = 'the address redirects to this machine'
export const badStatus = ({ status, text }: { readonly status: number; readonly text: string }): string =>
  `the server answers ${status}${text === '' ? '' : ` ${text}`}`
export const tooLarge = (bytes: number): string => `the list is larger than ${bytes} bytes`
export const NOT_AN_ADDRESS = 'it is not a web address'
export const HAS_PASSWORD = 'the address contains a name or a password, which would end up in the files'
export const PLAIN_HTTP = 'over plain HTTP, others on the network could change the list'

export const CHECK_LIST_ADDRESS = 'Open the address in a browser. Check that it shows the list itself.'
export const SAVE_THE_LIST = 'Save the list to a file, then use the file: --from list.csv'
export const USE_HTTPS = 'Use the address with https.'

/** Follows an error of Node about a certificate. */
export const OWN_AUTHORITY =
  '; if you have your own certificate authority, name its file in the environment: NODE_EXTRA_CA_CERTS=/path/to/ca.pem'

export const writeWhilePlanning = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `Herdbook was about to send a ${method} of ${path} to the server while planning, and stopped. ` +
  'Nothing was sent. This is a defect in Herdbook: please report it.'

/** `what` names the secret, `setting` is the key of instance.yaml that holds the address. */
export const notEncrypted = (names: {
  readonly what: string
  readonly origin: string
  readonly setting: string
}): Advice => ({
  message: `${names.what} would go to ${names.origin} without encryption, so Herdbook does not send it`,
  hint:
    `In instance.yaml, write an address with https: as ${names.setting}. ` +
    'Then store the secret again with that address.',
})

export const NO_MORE_REQUESTS = 'the server accepts no more requests until then'
export const NOT_REACHED = 'Herdbook cannot reach the server'
export const noAnswer = (why: string): string => `no answer: ${why}`
export const notJson = (text: string): string => `the answer is not JSON: ${JSON.stringify(text)}`
export const redirectNotFollowed = (location: string): string => `a redirect to ${location}, which is not followed; `
export const ANSWER_TOO_LONG = 'the answer of the server is too long'
