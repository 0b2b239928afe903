import { execFileSync } from 'node:child_process'
import { at, textAt } from './runner-events.ts'
import type { Contexts } from './runner-expressions.ts'

type Texts = { readonly [name: string]: string }

/** Where Git must not push to, as GitHub refuses it: the token of the job may not, or is not kept. */
const REFUSED = 'file:///this-token-may-not-push'

/** actions/checkout: a real fetch from the remote, of the ref that was asked for, as that action does it. */
export function checkout(
  machine: { readonly workspace: string; readonly remote: string; readonly mayPush: boolean; readonly env: Texts },
  inputs: Texts,
  contexts: Contexts,
): { code: number; outputs: Texts } {
  const github = contexts['github']
  if (textAt(github, 'event_name') === 'pull_request_target' && isStrangers(github, inputs['ref'] ?? ''))
    return { code: 1, outputs: {} }
  const ref = inputs['ref'] || textAt(github, 'ref')
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: machine.workspace,
      env: { ...machine.env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  git('init', '--quiet', '--initial-branch=main')
  git('remote', 'add', 'origin', `file://${machine.remote}`)
  if (!machine.mayPush || inputs['persist-credentials'] === 'false')
    git('remote', 'set-url', '--push', 'origin', REFUSED)
  const whole = inputs['fetch-depth'] === '0'
  const commit = inputs['ref'] ? '' : textAt(github, 'sha')
  const wanted = whole ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'] : []
  git(
    'fetch',
    '--quiet',
    '--no-tags',
    ...(whole ? [] : ['--depth=1']),
    'origin',
    ...wanted,
    `+${commit || ref}:refs/runner/wanted`,
  )
  const branch = ref.replace(/^refs\/heads\//, '')
  const isBranch = !/^refs\/|^[0-9a-f]{40}$/.test(branch)
  git('checkout', '--quiet', '--force', ...(isBranch ? ['-B', branch] : ['--detach']), 'refs/runner/wanted')
  git('update-ref', '-d', 'refs/runner/wanted')
  return { code: 0, outputs: { ref, commit: git('rev-parse', 'HEAD') } }
}

/** Since its seventh version the action refuses a fork's code where secrets are near. */
function isStrangers(github: unknown, ref: string): boolean {
  const pull = at(github, 'event.pull_request')
  const fork = textAt(pull, 'head.repo.full_name') !== textAt(github, 'repository')
  return fork && ref !== '' && (ref === textAt(pull, 'head.sha') || ref.startsWith('refs/pull/'))
}
