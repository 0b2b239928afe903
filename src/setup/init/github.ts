import * as texts from './texts.ts'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MODERATED } from '../../instance/files.gen.ts'
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

/**
 * What a repository on GitHub begins with besides its instance, by path. Workflows need a pin, or the action in the
 * repository itself.
 */
export async function githubFiles(approvers: Approvers, pin: Pin | 'own' | null): Promise<[string, string][]> {
  const owners: [string, string] = ['.github/CODEOWNERS', codeowners(approvers)]
  // Without workflows nobody answers a form or a pull request.
  if (pin === null) return [owners]
  return [
    ...(await workflows(pin)),
    ...issueForms(),
    owners,
    ['.github/pull_request_template.md', texts.PULL_REQUEST],
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
export const codeowners = ({ owners, moderators }: Approvers): string => `${texts.CODEOWNERS_HEAD}
${texts.CODEOWNERS_OWNERS}
* ${owners}

${texts.CODEOWNERS_MODERATORS}
${MODERATED.map((name) => `/instance/${name} ${moderators === '' ? '' : `${moderators} `}${owners}\n`).join('')}`

const DEPENDABOT = `${texts.DEPENDABOT}
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule:
      interval: weekly
    cooldown:
      default-days: 7
`
