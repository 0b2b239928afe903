import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

// The attacks of scenario/github-attacks.test.ts that another test shows: it is there, under that name.

const SHOWN_ELSEWHERE: readonly (readonly [attack: string, file: string, test: string])[] = [
  [
    'an attribute that names a filter or a merge driver',
    'unit/repository-merge',
    'run no filter and no merge driver, whatever attributes the head brings or the machine has for them',
  ],
  [
    'the API or the SSH host is pointed elsewhere',
    'scenario/proposal',
    'asks the server that the base names, with the secrets that the base names, whatever the head says',
  ],
  [
    '/plan by a stranger, a label by who may only label',
    'scenario/github-pull-request',
    'is not planned because a stranger, or somebody who may only label, asks for it',
  ],
  [
    'the head moves between asking and run',
    'scenario/github-pull-request',
    'that moves between the asking and the run is not planned',
  ],
  [
    'the default branch is rewritten',
    'scenario/github-merge',
    'refuses a branch that was rewritten, and undoes nothing',
  ],
  [
    'an approval is replayed',
    'scenario/github-merge',
    'a used approval: the same change again, pushed by hand, needs another one',
  ],
  [
    'a used approval is brought back by an older ledger',
    'scenario/github-attacks-merge',
    'that was used up does not come back with an older ledger, though no clone ever saw a newer one',
  ],
  [
    'an approval of an unmerged pull request, or forged by who may write',
    'scenario/github-merge',
    'an approval of another pull request, of one never merged, or by somebody who may edit comments',
  ],
  [
    'an apply of an older commit is started again',
    'scenario/github-merge',
    'an older run that is started again by hand applies what is newest, and undoes nothing',
  ],
  [
    'a workflow on a branch reads the secrets',
    'unit/workflow-runs',
    'gets no secret on a branch, whose environments are for the default branch only',
  ],
  [
    'a fork changes a workflow',
    'unit/workflow-runs',
    'in a fork gets none either, and is not what runs where secrets are',
  ],
  [
    'a fork changes the action, the tool, package.json or schema/',
    'scenario/github-attacks-code',
    'is never run where secrets are',
  ],
  [
    'comments are edited, heads and bases moved, names registered between plan and merge',
    'scenario/github-attacks-merge',
    'whose words somebody changed between plan and merge approves nothing, with the same marks',
  ],
  [
    'a stranger registers the name of a waiting owner',
    'scenario/github-attacks-merge',
    'of a role for an account to come does not cover a stranger who takes its name; a fresh one does',
  ],
  [
    'an issue form holds shell or YAML',
    'scenario/github-ask',
    'what can not be done is said in the issue, and nothing is proposed',
  ],
]

it.each(SHOWN_ELSEWHERE)('%s: shown in %s', (_attack, file, test) => {
  expect(readFileSync(resolve(import.meta.dirname, `../${file}.test.ts`), 'utf8')).toContain(test)
})
