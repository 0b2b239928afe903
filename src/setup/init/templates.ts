import { stringify } from 'yaml'
import type { Found } from './server.ts'

/** What a repository begins with. */
export interface FirstApply {
  readonly domain: string
  readonly found: Found | null
  /** Its name there, as `owner/name`. */
  readonly github: string | null
  /** People there. */
  readonly owners: readonly string[]
  /** Whether workflows answer what people propose. */
  readonly proposed: boolean
}

/** The files that a repository for a domain begins with, by path. Each says what to fill in. */
export function templates({ domain, found, github, owners, proposed }: FirstApply): [string, string][] {
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

const instanceFile = (
  domain: string,
  found: Found | null,
  proposed: boolean,
): string => `# yaml-language-server: $schema=../schema/instance.schema.json
# Which server this is, and the connections into it. Secrets are only named here: they never stand in this repository.
domain: ${domain}

mastodon:
  # Mastodon's REST API reads and writes the block lists. The token belongs to a bot account and is kept together with
  # the address that it may be sent to: HERDBOOK_TOKEN="${found?.url ?? `https://${domain}`} TOKEN", or { file: /path/outside/of/this/repository }
  api:
    url: ${found?.url ?? `https://${domain}`}
    token: { env: HERDBOOK_TOKEN }
    # What is only planned, such as pull requests, is read with a token of its own, which can't write.${proposed ? '' : ' Without it, with the one above.'}
    ${proposed ? '' : '# '}read_token: { env: HERDBOOK_READ_TOKEN }

  # The database reads everything at once, in well under a second. \`herdbook reader install\` puts a role there that can only
  # read; afterwards "reader: true" takes the place of the line below it, and reader_key: { env: HERDBOOK_READER_KEY } names its own key.
  # Instead of native: podman, docker_compose, kubernetes.
  # database:
  #   over: ssh
  #   native: { user: mastodon }

  # The console writes what the API can't: roles, moderators, rules, settings, terms. Without it they are read, or left alone.
  # console:
  #   over: ssh
  #   native:
  #     directory: /home/mastodon/live
  #     user: mastodon

# How to log in to the machine, for the connections that say "over: ssh".
# Its key, as its own console shows it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
# ssh:
#   host: ${domain}
#   user: herdbook
#   host_key: SHA256:…
#   key: { env: HERDBOOK_SSH_KEY } # stored with the line SHA256:… of host_key in front of it

# Who acts in Mastodon's audit log when the console writes. Mastodon lets nobody give a role above their own:
# the bot's is low, so to have roles and moderators managed, name an owner here.
acting_account: herdbook

# Signs the ledger, so that write access to the repository is not enough to forge it. Any long random text will do:
# openssl rand -hex 32
`

const LATER = '# ledger_key: { env: HERDBOOK_LEDGER_KEY }\n'

const forge = (github: string): string => `ledger_key: { env: HERDBOOK_LEDGER_KEY }

# Whose merged pull requests approve changes.
forge:
  github: ${github}
`

const policyFile = (owners: readonly string[]): string => `# yaml-language-server: $schema=../schema/policy.schema.json
# The people on GitHub who hold authority, by their names there: they approve by hand, begin, unlock, and sign the ledger anew.
# Two or more is better: an owner who is alone approves what they asked for.
${owners.length === 0 ? '# owners: [your-name, another-name]' : `owners: ${stringify(owners, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`}

# What one apply may do at most, and what must never happen. What is not named here keeps its default.
budgets:
  default:
    create: 25
    update: 25
    delete: 5
    # Blocks that become weaker, such as a suspension lowered to a limit.
    weaken: 5

# Friends, relays, the forge: never blocked, and no parent of them either.
# protected_domains:
#   - friends.example

# People who can log in and hold a role with the permission administrator, at all times.
# A server with a single owner writes 1.
minimum_owners: 2
`

const IGNORED = `# Secrets, wherever somebody puts them by mistake.
.env
.env.*
*.key
*.pem
*token*
# Plans that were saved.
plan*.json
node_modules/
`

const BY_PROPOSAL = `- **To ask for something**, open an issue: block a domain, lift a block, become a moderator, change a rule. You need to know no Git.
- **To propose it yourself**, edit a file in \`instance/\` on the web and open a pull request. A comment shows what it does to the server, and whom it touches.
- **Merging applies it**, once its owners have approved. The comment then says what was done.
- **In an emergency**, moderators block in Mastodon itself. It is not undone: an issue tells of it next morning, with a box to tick for each way out.
- **At night, without a laptop**: Actions, Herdbook button, Run workflow. It plans, adopts, restores, leaves, unblocks, approves, takes a role away, pauses, resumes and unlocks; and it begins, takes a rewritten history and signs the ledger anew.
`

const AT_A_DESK = `- **To change something**, edit a file in \`instance/\` and commit it. \`herdbook plan\` shows what that does to the server, and whom it touches; \`herdbook apply\` does it.
- **In an emergency**, moderators block in Mastodon itself. It is not undone: \`herdbook drift\` tells of it, with each way out.
`

const readme = (domain: string, how: string): string => `# ${domain}

This is how ${domain}, a Mastodon server, is run: what is blocked and why, who moderates, the rules and the settings are files in \`instance/\`.

${how}- **Why is it so?** Every line has its history, and \`herdbook why domain-block/spam.example\` tells who proposed, approved and applied it.
- **What must not be public** goes into a report in Mastodon, never here. Secrets are only named here.
`
