import { expect, it } from 'vitest'
import { farm, type Farm } from '../support/github-instance.ts'
import { clone, git, put, scratch } from '../support/git.ts'

// A story: Eve may write to the repository, and wants the server to change. What guards the default branch on GitHub is
// not here to stop her merges.

const BLOCKS = 'instance/domain-blocks.yaml'
const MODERATORS = 'instance/moderators.yaml'
const BUTTON = '.github/workflows/herdbook-button.yml'
const REFS = {
  ledger: 'refs/herdbook/production/ledger',
  lock: 'refs/herdbook/production/lock',
  branch: 'refs/heads/herdbook-ledger/production',
}

const stateOf = async ({ rows }: Farm): Promise<string> =>
  JSON.stringify([
    await rows('select domain, severity, public_comment from domain_blocks order by domain'),
    await rows('select domain from email_domain_blocks order by domain'),
    await rows('select ip, severity from ip_blocks order by ip'),
    await rows('select name, permissions, position from user_roles order by id'),
    await rows('select u.id, u.role_id from users u order by u.id'),
  ])

it(
  'a writer with bad intentions changes nothing on the server, through all that they can press, push and write',
  { timeout: 300_000 },
  async () => {
    await using herd = await farm({ people: { eve: 'write' } })
    const { hub } = herd
    await herd.sandbox.handOf('owner').blockDomain('hand.example', { severity: 'noop' })
    const before = await stateOf(herd)
    const lifted = 'domain_blocks: []\nemptied_on_purpose: because\n'
    const demoted = herd.file(MODERATORS).replace(/ {2}- account: mod\n(?: {4}.*\n)*/, '')

    // She merges what she wrote, in every way that there is, and has it approved by whoever is not a person.
    for (const [branch, files] of Object.entries({
      lift: { [BLOCKS]: lifted },
      demote: { [MODERATORS]: demoted },
      wide: { 'instance/ip-blocks.yaml': 'ip_blocks:\n  - ip: 198.51.100.0/24\n    severity: no_access\n' },
    })) {
      await hub.act.push({ by: 'eve', branch, files, author: 'mo', committer: 'mo' })
      const number = await hub.act.openPull({ by: 'eve', branch, title: branch })
      await herd.settle({ workflows: /^herdbook-pull/ })
      await hub.act.merge(number, 'eve', branch === 'lift' ? 'squash' : 'merge')
      await hub.act.comment(number, '/plan', 'eve')
      await herd.settle()
    }
    // She has Herdbook propose it, and a workflow of her own branch.
    for (const [verb, object] of [
      ['unblock', 'kept.example'],
      ['restore', 'domain-block/hand.example'],
      ['adopt', 'domain-block/hand.example'],
    ] as const) {
      await hub.act.press(BUTTON, { verb, object, reason: 'because' }, 'eve')
      await herd.settle()
    }
    for (const { number } of [...hub.state.issues.values()].filter(
      ({ pull, state }) => pull !== null && state === 'open',
    )) {
      await hub.act.review(number, 'eve').catch(() => null)
      await hub.act.merge(number, 'eve').catch(() => null)
      await herd.settle()
    }
    // She presses what decides, with a reason, again and again.
    for (const verb of ['approve', 'begin', 'new-history', 'new-key', 'unlock', 'demote', 'resume'] as const) {
      await hub.act.press(
        BUTTON,
        {
          verb,
          object: verb === 'demote' ? 'mod' : verb === 'approve' ? 'domain-block/kept.example' : '',
          reason: 'because',
        },
        'eve',
      )
      await herd.settle()
    }
    // She pushes to whatever takes a push.
    using base = scratch()
    const clone_ = clone(hub.git, `${base.path}/eve`)
    for (const ref of [REFS.ledger, REFS.branch, REFS.lock]) {
      git(clone_, 'fetch', '--quiet', 'origin', REFS.ledger)
      git(clone_, 'checkout', '--quiet', '--force', 'FETCH_HEAD')
      put(clone_, {
        'approvals.jsonl':
          '{"at":"2026-01-01T00:00:00Z","by":"ann","digest":"x","form":2,' +
          '"ref":"domain-block/kept.example","source":"#1","spent":false}\n',
      })
      git(clone_, 'commit', '--quiet', '--all', '--allow-empty', '-m', 'Approve 1 step')
      git(clone_, 'push', '--quiet', '--force', 'origin', `HEAD:${ref}`)
      await hub.act.schedule('23 4 * * *')
      await herd.settle()
      await hub.act.press(BUTTON, { verb: 'new-key', object: '', reason: 'because' }, 'eve')
      await herd.settle()
    }
    expect(await stateOf(herd)).toBe(before)
  },
)
