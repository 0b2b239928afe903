export const HELP = {
  after: `
Example:
  herdbook reader install --key reader.pub

The reader is a program on the server. With it, Herdbook can read Mastodon's database and change nothing.`,
}

export const INSTALL_HELP = {
  summary:
    'Create a read-only database role, install the reading program on the server, and limit a key to that program.',
  key: 'the public SSH key (.pub) for this connection; on the server it can only run the reading program',
  print: 'print the commands so that you can copy them, and do nothing',
  after: `
Examples:
  herdbook reader install --key reader.pub
  herdbook reader install --print > install.sh

The first asks you, then installs everything. The second only writes the
commands into install.sh, so that you can run them yourself.`,
}

export const KEY_WITHOUT_SSH = {
  message: '--key works only with SSH, but mastodon.database in instance.yaml says over: local.',
  hint: 'Leave --key out.',
}

export const NO_DATABASE = {
  message: 'instance.yaml does not say how to run psql on the server.',
  hint: [
    'For the installation, write: mastodon: database: { over: ssh, native: { user: mastodon } }.',
    'When the installation is done, replace native with reader: true.',
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
  hint: 'Answer y, or add --yes. To copy the commands and run them yourself, add --print.',
}

export const done = (next: string): string => `Done. ${next}`
