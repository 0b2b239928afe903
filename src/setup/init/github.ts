import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MODERATED } from '../../instance/moderated-files.ts'
import { shipped } from '../package-files.ts'
import { issueForms } from './forms.ts'
import type { Pin } from './pin.ts'

/** Who has to approve: handles such as `@alice` or `@herd/owners`, by a space. No moderators are "". */
export interface Approvers {
  readonly owners: string
  readonly moderators: string
}

/** No handle can be like these: GitHub and `herdbook doctor` complain until they are filled in. */
export const UNFILLED: Approvers = { owners: '@fill-in--owners', moderators: '@fill-in--moderators' }

/** The action as it lies in a copy of Herdbook's own repository. */
export const OWN_ACTION = './.github/actions/herdbook'

/** What a repository on GitHub begins with besides its instance, by path. Workflows need a pin, or the action in the repository itself. */
export async function githubFiles(approvers: Approvers, pin: Pin | 'own' | null): Promise<[string, string][]> {
  const owners: [string, string] = ['.github/CODEOWNERS', codeowners(approvers)]
  // Without workflows nobody answers a form or a pull request.
  if (pin === null) return [owners]
  return [
    ...(await workflows(pin)),
    ...issueForms(),
    owners,
    ['.github/pull_request_template.md', PULL_REQUEST],
    ['.github/dependabot.yml', DEPENDABOT],
  ]
}

/** Herdbook's own workflows, with the action pinned to a commit. */
async function workflows(pin: Pin | 'own'): Promise<[string, string][]> {
  const folder = shipped('.github/workflows')
  const names = (await readdir(folder)).filter((name) => /^herdbook-.*\.yml$/.test(name))
  const action =
    pin === 'own'
      ? OWN_ACTION
      : `${pin.repository}/.github/actions/herdbook@${pin.commit} # ${pin.tag ?? `v${await version()}`}`
  return Promise.all(
    names.map(async (name) => [
      `.github/workflows/${name}`,
      (await readFile(join(folder, name), 'utf8')).replaceAll(OWN_ACTION, action),
    ]),
  )
}

async function version(): Promise<string> {
  return (
    JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      readonly version: string
    }
  ).version
}

/** Which of these a change needs the approval of. */
export const codeowners = ({
  owners,
  moderators,
}: Approvers): string => `# Who has to approve a change before it is merged: the last line that fits a file holds, and one of those it names is enough.
# They are people (@name) or teams (@organisation/team) who may write to this repository.

# Owners: roles and moderators, policy, the connections, access, settings and terms, and what runs here.
* ${owners}

# Moderators: blocks and rules.
${MODERATED.map((name) => `/instance/${name} ${moderators === '' ? '' : `${moderators} `}${owners}\n`).join('')}`

const PULL_REQUEST = `<!--
What does this change, and why? A sentence is enough. Herdbook answers below with what it does to the server and whom it touches.
Everybody can read this. Names, private messages and complaints about members belong in a report in Mastodon.
-->
`

const DEPENDABOT = `# New versions of what the workflows use, as pull requests. Read what changes in Herdbook before you merge one: it holds your keys.
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule:
      interval: weekly
    cooldown:
      default-days: 7
`
