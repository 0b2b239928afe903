/** The name of the check that branch protection waits for. */
export const contextOf = (environment: string): string =>
  environment === 'production' ? 'herdbook' : `herdbook/${environment}`
