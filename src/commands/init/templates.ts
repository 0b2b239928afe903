import type { Found } from './server.ts'

/** The files that a repository for a domain begins with, by path. Each says what to fill in. */
export function templates(domain: string, found: Found | null): [string, string][] {
  return [
    ['instance/instance.yaml', instanceFile(domain, found)],
    ['instance/policy.yaml', POLICY],
    ['.gitignore', IGNORED],
    ['README.md', readme(domain)],
  ]
}

const instanceFile = (domain: string, found: Found | null): string => `# yaml-language-server: $schema=../schema/instance.schema.json
# Which server this is, and the doors into it. Secrets are only named here: they never stand in this repository.
domain: ${domain}

mastodon:
  # Mastodon's REST API reads and writes the block lists. The token belongs to a bot account and is kept together with
  # the address that it may be sent to: HERDBOOK_TOKEN="${found?.url ?? `https://${domain}`} TOKEN", or { file: /path/outside/of/this/repository }
  api:
    url: ${found?.url ?? `https://${domain}`}
    token: { env: HERDBOOK_TOKEN }

  # The database reads everything at once, in well under a second. \`herdbook reader install\` puts a role there that can only
  # read; afterwards "reader: true" takes the place of the line below it. Instead of native: podman, docker_compose, kubernetes.
  # database:
  #   over: ssh
  #   native: { user: mastodon }

  # The console writes what the API can't: roles, moderators, rules, settings, terms. Without it they are read, or left alone.
  # console:
  #   over: ssh
  #   native:
  #     directory: /home/mastodon/live
  #     user: mastodon

# How to log in to the machine, for the doors that say "over: ssh".
# Its key, as its own console shows it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
# ssh:
#   host: ${domain}
#   user: herdbook
#   host_key: SHA256:…
#   key: { file: /path/outside/of/this/repository }

# Who acts in Mastodon's audit log when the console writes. Mastodon lets nobody give a role above their own:
# the bot's is low, so to have roles and moderators managed, name an owner here.
acting_account: herdbook

# Signs the ledger, so that write access to the repository is not enough to forge it. Any long random text will do:
# openssl rand -hex 32
# ledger_key: { env: HERDBOOK_LEDGER_KEY }
`

const POLICY = `# yaml-language-server: $schema=../schema/policy.schema.json
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

const readme = (domain: string): string => `# ${domain}

The configuration of ${domain}, a Mastodon server, kept by Herdbook.
What is blocked and why, who moderates, the rules, the settings and the terms are files in \`instance/\`.

To propose a change, edit a file and open a pull request, or let Herdbook edit it:

\`\`\`
herdbook block spam.example --severity suspend --public-comment "Spam, no moderation"
herdbook plan     # what would change, and whom it touches
herdbook apply    # makes it live, once it is merged
\`\`\`

In an emergency, block in Mastodon itself. Herdbook does not undo it; \`herdbook drift\` tells of it, and \`herdbook adopt\` records it here.
`
