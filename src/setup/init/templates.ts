import { stringify } from 'yaml'
import type { ServerInfo } from './server.ts'

/** The facts that the first files are made from. */
export interface SetupFacts {
  readonly domain: string
  readonly found: ServerInfo | null
  /** Its name there, as `owner/name`. */
  readonly github: string | null
  /** People there. */
  readonly owners: readonly string[]
  /** Whether workflows answer what people propose. */
  readonly proposed: boolean
}

/** The files that a repository for a domain begins with, by path. Each says what to fill in. */
export function templates({ domain, found, github, owners, proposed }: SetupFacts): [string, string][] {
  return [
    [
      'instance/instance.yaml',
      instanceFile(domain, found, github !== null) + (github === null ? LATER : forge(github)),
    ],
    ['instance/policy.yaml', policyFile(owners)],
    ['.gitignore', IGNORED],
    ['README.md', readme(domain, proposed ? BY_PROPOSAL : AT_A_DESK)],
  ]
}

const instanceFile = (domain: string, found: ServerInfo | null, proposed: boolean): string =>
  `# yaml-language-server: $schema=../schema/instance.schema.json
# Your server, and the connections to it. Only the names of secrets are here. Never put a secret into this repository.
domain: ${domain}

mastodon:
  # Mastodon's REST API reads and writes the block lists. The token belongs to a bot account. Store it with the address
  # that it may be sent to in front: HERDBOOK_TOKEN="${found?.url ?? `https://${domain}`} TOKEN"
  # Or keep it in a file: { file: /path/outside/of/this/repository }
  api:
    url: ${found?.url ?? `https://${domain}`}
    token: { env: HERDBOOK_TOKEN }
    # Plans, for example of pull requests, use a second token, ` +
  `which can only read.${proposed ? '' : ' Without it, they use the one above.'}
    ${proposed ? '' : '# '}read_token: { env: HERDBOOK_READ_TOKEN }

  # The database reads everything at once, in well under a second. ` +
  `\`herdbook reader install\` makes a role in it that can
  # only read. After that, write "reader: true" instead of the line "native", and name the role's own key with
  # reader_key: { env: HERDBOOK_READER_KEY }. Instead of native you can use podman, docker_compose or kubernetes.
  # database:
  #   over: ssh
  #   native: { user: mastodon }

  # The console writes what the API cannot: username blocks, roles, moderators, rules, settings, terms. Without it,
  # Herdbook only reads them, or leaves them alone.
  # console:
  #   over: ssh
  #   native:
  #     directory: /home/mastodon/live
  #     user: mastodon

# How to log in to the machine, for the connections with "over: ssh".
# host_key is the machine's key. On the machine, this shows it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
# ssh:
#   host: ${domain}
#   user: herdbook
#   host_key: SHA256:…
#   key: { env: HERDBOOK_SSH_KEY } # stored with the line SHA256:… of host_key in front of it

# The account that Mastodon's audit log shows when the console writes. In Mastodon, an account cannot give a role above
# its own, and the bot's role is low. If Herdbook should manage roles and moderators, name an owner here.
acting_account: herdbook

# This key signs the ledger. Without it, everybody who can write to the repository could forge the ledger.
# Use a long random text: openssl rand -hex 32
`

const LATER = '# ledger_key: { env: HERDBOOK_LEDGER_KEY }\n'

const forge = (github: string): string => `ledger_key: { env: HERDBOOK_LEDGER_KEY }

# The repository on GitHub. Its merged pull requests approve changes.
forge:
  github: ${github}
`

const ownersLine = (owners: readonly string[]): string =>
  owners.length === 0
    ? '# owners: [your-name, another-name]'
    : `owners: ${stringify(owners, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`

const policyFile = (owners: readonly string[]): string =>
  `# yaml-language-server: $schema=../schema/policy.schema.json
# The owners, with their names on GitHub. ` +
  `They approve by hand, allow the first apply, unlock, and sign the ledger again.
# Name two or more: a single owner also approves their own changes.
${ownersLine(owners)}

# How much one apply may do at most. What you do not name here keeps its default.
budgets:
  default:
    create: 25
    update: 25
    delete: 5
    # Blocks that become weaker, for example a suspension lowered to a limit.
    weaken: 5

# Domains that Herdbook never blocks, and no parent domain of them: friends, relays, the forge.
# protected_domains:
#   - friends.example

# At least this many people must always be able to log in with a role that has the permission administrator.
# If your server has a single owner, write 1.
minimum_owners: 2
`

const IGNORED = `# Secrets that someone puts here by mistake.
.env
.env.*
*.key
*.pem
*token*
# Saved plans.
plan*.json
node_modules/
`

const BY_PROPOSAL =
  '- **To ask for something**, open an issue: block a domain, ' +
  `lift a block, become a moderator, change a rule. You need no Git.
- **To propose it yourself**, edit a file in \`instance/\` on the web and open a pull request. ` +
  `A comment shows what it does to the server, and whom it touches.
- **To apply it**, merge it after its owners have approved. A comment then says what Herdbook did.
- **In an emergency**, moderators block in Mastodon itself. Herdbook does not undo it. ` +
  `Next morning an issue shows it, with a box to tick for each thing that you can do about it.
- **At night, without a laptop**, use Actions, Herdbook button, Run workflow. ` +
  'It can plan, adopt, restore, leave, unblock, approve, take a role away, pause, resume and unlock. ' +
  `It can also allow the first apply, accept a rewritten history, and sign the ledger again.
`

const AT_A_DESK =
  '- **To change something**, edit a file in `instance/` and commit it. ' +
  `\`herdbook plan\` shows what that does to the server, and whom it touches. \`herdbook apply\` does it.
- **In an emergency**, moderators block in Mastodon itself. ` +
  `Herdbook does not undo it. \`herdbook drift\` shows it, and what you can do about it.
`

const readme = (domain: string, how: string): string =>
  `# ${domain}

${domain} is a Mastodon server. ` +
  `The files in \`instance/\` say what is blocked and why, who moderates, and what the rules and settings are.

${how}- **To see why something is so**, look at the history of its line. ` +
  `\`herdbook why domain-block/spam.example\` says who proposed, approved and applied it.
- **If something must not be public**, report it in Mastodon. Never write it here. Only the names of secrets are here.
`
