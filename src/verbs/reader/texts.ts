export const HELP = {
  after: `
Example:
  herdbook reader install --key reader.pub`,
}

export const INSTALL_HELP = {
  summary:
    'Create a read-only database role, install the reading program on the server, and limit a key to that program.',
  key: 'the public key (.pub) that can read and do nothing else',
  print: 'print the commands so that you can copy them, and do nothing',
  after: `
Examples:
  herdbook reader install --key reader.pub
  herdbook reader install --print > install.sh`,
}

export const KEY_WITHOUT_SSH = {
  message: 'A key is for SSH, but mastodon.database says over: local.',
  hint: 'Leave --key out.',
}

export const NO_DATABASE = {
  message: 'instance.yaml does not say how to run psql on the server.',
  hint: [
    'For the installation, write: mastodon: database: { over: ssh, native: { user: mastodon } }.',
    'When the role is installed, replace native with reader: true.',
  ].join(' '),
}

export const ASKING_DOMAIN = 'Asking Mastodon for its domain'

/** The steps of the installation; without a host they run on this machine. */
export const installPlan = ({
  host,
  domain,
  steps,
}: {
  readonly host: string | null
  readonly domain: string
  readonly steps: readonly string[]
}): string => [`On ${host ?? 'this machine'}, for ${domain}:`, ...steps.map((step) => `  ${step}`)].join('\n')

export const CONFIRM = 'Do this? [y/N] '

export const NOT_CONFIRMED = {
  message: 'Nothing was done.',
  hint: 'Answer y, give --yes, or print the commands and copy them: --print',
}

export const done = (next: string): string => `Done. ${next}`
