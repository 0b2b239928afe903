export const NOT_JSON = 'the console gave an answer that is not JSON'

export const ENDLESS_LINE = 'the console sends a line without an end'

/** `how` says how the command ended, for example `ended with code 1`. */
export const consoleEnded = (how: string): string => `the console ${how}`

export const CHECK_CONSOLE = 'check mastodon.console in instance.yaml'

export const whilePlanning = (operation: string): string =>
  `Herdbook was about to ask the console for ${operation} while planning. Herdbook stopped it, and nothing was sent. This is a defect in Herdbook: please report it.`

export const oddAnswer = (operation: string): string => `the console's answer to ${operation} is not as expected`
