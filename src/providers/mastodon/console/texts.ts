export const NOT_JSON = "Mastodon's console gave an answer that is not JSON"

export const ENDLESS_LINE = "Mastodon's console sends a line without an end"

/** `how` says how the command ended, for example `ended with code 1`. */
export const consoleEnded = (how: string): string => `Mastodon's console ${how}`

export const CHECK_CONSOLE = 'Check mastodon.console in instance.yaml. Then run the command again.'

export const whilePlanning = (operation: string): string =>
  `Herdbook was about to ask the console for ${operation} while planning. ` +
  'Herdbook stopped it, and nothing was sent. This is a defect in Herdbook: please report it.'

export const oddAnswer = (operation: string): string =>
  `Mastodon's console gave an unexpected answer to the request ${operation}`
