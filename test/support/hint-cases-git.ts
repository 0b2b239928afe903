import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { cloneOf, type Herd } from './sandbox.ts'
import { commit, git, put } from './git.ts'
import type { HintCase } from './hints.ts'
import { fakePrograms } from './programs.ts'

const LEDGER = 'refs/herdbook/production/ledger'
const APPLY = ['apply', '--yes'] as const
const BLOCK = { 'instance/domain-blocks.yaml': 'domain_blocks:\n  - domain: hint.example\n    severity: limit\n' }
const bare = { begin: 'none' } as const
const withRemote = { begin: 'none', remote: true } as const

/** A Git that takes every folder for another user's. */
const { directory: another } = fakePrograms({
  git: 'export PATH="${PATH#*:}"; GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec git "$@"',
})

const unborn = ({ dir }: Herd): void => void git(dir, 'update-ref', '-d', 'HEAD')
const outsideGit = ({ dir }: Herd): void => rmSync(join(dir, '.git'), { recursive: true })
/** Somebody else pushes a commit. */
const pushed = (herd: Herd): void =>
  cloneOf(herd, 'other').write(
    Object.fromEntries(Object.entries(BLOCK).map(([name, text]) => [name.replace('instance/', ''), text])),
  )
const two = ({ dir }: Herd): void =>
  ['alpha', 'beta'].forEach((name) => void git(dir, 'remote', 'add', name, `${dir}-${name}.git`))
/** A commit that shares nothing with what is there. */
const orphan = ({ dir }: Herd): string => git(dir, 'commit-tree', '-m', 'Alone', git(dir, 'write-tree'))

/** What Git has to be told. */
export const GIT: readonly HintCase[] = [
  {
    of: ['reconcile/head.ts: git add', 'reconcile/head.ts: git commit'],
    herd: bare,
    state: unborn,
    types: APPLY,
    exit: 5,
    says: /nothing-committed .*→ Commit it: (git add \S+ && git commit)/,
  },
  {
    of: ['reconcile/head.ts: git add', 'reconcile/head.ts: git status'],
    herd: bare,
    state: ({ dir }) => put(dir, BLOCK),
    types: APPLY,
    exit: 5,
    // From a folder of the tree, too.
    run: ({ dir }) => ({ cwd: join(dir, 'instance') }),
    says: /error uncommitted .*→ Commit it: (git add \S+ && git commit)\. Or look at it: (git status \S+)/,
  },
  {
    of: ['reconcile/head.ts: git fetch', 'clients/repository.ts: git fetch'],
    herd: withRemote,
    state: shallow,
    types: ['plan'],
    exit: 5,
    says: /error shallow .*→ Take all of it: (git fetch --unshallow)/,
  },
  {
    of: ['reconcile/head.ts: git switch', 'reconcile/head.ts: git pull'],
    herd: withRemote,
    state: ({ dir }) => (git(dir, 'switch', '--quiet', '--create', 'topic'), commit(dir, 'Topic', BLOCK)),
    types: APPLY,
    exit: 5,
    says: /error other-branch .*→ Merge it first, then: (git switch main && git pull --ff-only origin main)/,
  },
  {
    of: ['reconcile/head.ts: git push'],
    herd: withRemote,
    state: ({ dir }) => commit(dir, 'Local', BLOCK),
    types: APPLY,
    exit: 5,
    says: /error unpushed .*→ Push it: (git push origin HEAD:main)/,
  },
  {
    of: ['reconcile/head.ts: git pull'],
    herd: withRemote,
    state: pushed,
    types: APPLY,
    exit: 6,
    says: /error behind .*→ Take them: (git pull --ff-only origin main)/,
  },
  {
    of: ['reconcile/head.ts: git pull'],
    herd: withRemote,
    state: (herd) => {
      pushed(herd)
      commit(herd.dir, 'Local', { 'instance/rules.yaml': 'rules:\n  - key: be-kind\n    text: Be kind.\n' })
    },
    types: APPLY,
    exit: 6,
    says: /error diverged .*→ Bring them together, then push: (git pull --rebase origin main)/,
  },
  {
    of: ['reconcile/head.ts: git merge'],
    state: ({ dir }) => git(dir, 'reset', '--quiet', '--hard', 'HEAD~1'),
    types: APPLY,
    exit: 6,
    says: /error not-descended .*→ Bring it back: (git merge \w+)\./,
  },
  {
    of: ['reconcile/head.ts: herdbook apply'],
    state: ({ dir }) => git(dir, 'commit', '--quiet', '--amend', '--message', 'Anew'),
    types: APPLY,
    exit: 6,
    says: /error not-descended .*rewritten on purpose: (herdbook apply --history-rewritten),/,
  },
  {
    of: ['reconcile/ledger.ts: herdbook apply'],
    state: (herd) => git(herd.dir, 'reset', '--quiet', '--hard', orphan(herd)),
    types: ['plan'],
    exit: 5,
    says: /error ledger-elsewhere .*rewritten on purpose: (herdbook apply --history-rewritten),/,
  },
  {
    of: ['clients/repository.ts: git config'],
    herd: bare,
    state: two,
    types: ['plan'],
    exit: 5,
    says: /error remote-unclear .*such as alpha: (git config \S+ alpha)/,
  },
  {
    of: ['clients/repository.ts: git switch'],
    herd: bare,
    state: (herd) => (two(herd), git(herd.dir, 'switch', '--quiet', '--detach')),
    types: ['plan'],
    exit: 5,
    fill: { BRANCH: 'main' },
    says: /error remote-unclear .*→ Go to the branch that is applied: (git switch BRANCH)/,
  },
  {
    of: ['clients/repository.ts: git config'],
    herd: bare,
    types: ['plan'],
    exit: 9,
    alone: true,
    // The tests take no configuration of the machine's: here it lies in the clone's own folder.
    run: ({ dir }) => ({
      env: { PATH: `${another}${delimiter}${process.env['PATH']}`, GIT_CONFIG_GLOBAL: join(dir, '.git/global') },
    }),
    says: /error git-ownership .*→ If you trust it: (git config --global --add safe\.directory \S+)/,
  },
  {
    of: ['clients/repository.ts: git ls-remote', 'clients/refs.ts: git ls-remote'],
    herd: bare,
    state: ({ dir }) => git(dir, 'remote', 'add', 'origin', `${dir}-nowhere`),
    types: ['plan'],
    exit: 10,
    says: /→ Try it by hand: (git ls-remote origin)/,
    ends: [128],
    shows: /nowhere' does not appear to be a git repository/,
  },
  {
    of: ['clients/refs.ts: git update-ref'],
    herd: bare,
    state: ({ dir }) => git(dir, 'update-ref', 'refs/herdbook/production/lock/x', 'HEAD'),
    types: APPLY,
    exit: 5,
    says: /error ref-in-the-way .*→ Take it away: (git update-ref -d \S+)/,
  },
  {
    of: ['clients/refs.ts: git push'],
    herd: withRemote,
    state: ({ dir }) => git(dir, 'push', '--quiet', 'origin', 'HEAD:refs/herdbook/production/lock/x'),
    types: APPLY,
    exit: 5,
    says: /error ref-in-the-way .*→ Take it away: (git push origin --delete \S+)/,
  },
  {
    of: ['clients/refs.ts: git cat-file'],
    herd: bare,
    state: ({ dir }) => git(dir, 'update-ref', LEDGER, git(dir, 'rev-parse', 'HEAD:instance/instance.yaml')),
    types: ['plan'],
    exit: 5,
    says: /error ref-foreign .*→ Look at it: (git cat-file -p \w+)\./,
    shows: /domain: herd\.example/,
  },
  {
    of: ['clients/refs.ts: git show'],
    herd: bare,
    state: crowded,
    types: ['plan'],
    exit: 5,
    says: /error ref-too-large .*→ Look at it: (git show --stat \w+)/,
    shows: /1001 files changed/,
  },
  {
    of: ['reconcile/ledger-store.ts: git update-ref'],
    state: ({ dir }) => git(dir, 'update-ref', '-d', LEDGER),
    types: ['plan'],
    exit: 5,
    says: /error ledger-rolled-back .*→ Put it back: (git update-ref \S+ \w+)/,
  },
  {
    of: ['reconcile/ledger-store.ts: git push'],
    herd: { remote: true },
    state: ({ dir }) => git(`${dir}.git`, 'update-ref', '-d', LEDGER),
    types: ['plan'],
    exit: 5,
    says: /error ledger-rolled-back .*→ Put it back: (git push --force origin \S+?)\. /,
  },
  {
    of: ['reconcile/ledger-store.ts: git push'],
    state: ({ dir }) => {
      git(dir, 'clone', '--quiet', '--bare', '.', `${dir}.git`)
      git(dir, 'remote', 'add', 'origin', `${dir}.git`)
    },
    types: ['plan'],
    exit: 5,
    says: /error ledger-not-pushed .*→ Take it there: (git push origin \S+)/,
  },
  {
    of: ['reconcile/ledger-store.ts: git log'],
    herd: { remote: true, config: { ledger_key: { env: 'HB_KEY' }, forge: { github: 'herd/instance' } } },
    state: (herd) =>
      git(herd.dir, 'push', '--quiet', '--force', 'origin', `${orphan(herd)}:refs/heads/herdbook-ledger/production`),
    types: ['plan'],
    exit: 5,
    says: /error ledger-branch .*→ Look at it: (git log -p \w+)\./,
    shows: /Alone/,
  },
  {
    of: ['reconcile/ledger.ts: git log'],
    herd: bare,
    state: (herd) => git(herd.dir, 'update-ref', LEDGER, orphan(herd)),
    types: ['plan'],
    exit: 5,
    says: /error ledger-unreadable .*→ Look at it: (git log -p \w+)\./,
    shows: /Alone/,
  },
  {
    of: ['reconcile/ledger.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['plan'],
    exit: 0,
    says: /warning no-ledger .*→ (git init)/,
  },
  {
    of: ['commands/approve.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['approve', 'why', '--yes'],
    exit: 9,
    says: /error no-git .*→ (git init)/,
  },
  {
    of: ['commands/pause.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['pause', 'why'],
    exit: 9,
    says: /error no-git .*→ (git init)/,
  },
  {
    of: ['commands/session.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['unlock'],
    exit: 9,
    says: /error no-git .*→ (git init)/,
  },
  {
    of: ['commands/why.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['why', 'rule/be-kind'],
    exit: 9,
    says: /error no-git .*→ (git init)/,
  },
  {
    of: ['commands/proposal.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['plan', '--base', 'main', '--head', 'HEAD'],
    exit: 9,
    says: /error no-git .*→ (git init),/,
  },
  {
    of: ['commands/announce.ts: git init'],
    herd: bare,
    state: (herd) => {
      herd.write({
        'domain-blocks.yaml':
          'domain_blocks:\n  - domain: bad.example\n    severity: suspend\n    accept_severed_relationships: 1000\n',
        'policy.yaml': 'announce:\n  visibility: unlisted\n  notice_days: 3\n',
      })
      outsideGit(herd)
    },
    types: APPLY,
    exit: 8,
    says: /no-notice .*→ (git init)/,
  },
  {
    of: ['commands/proposal.ts: git fetch'],
    herd: withRemote,
    state: (herd) => git(cloneOf(herd, 'other').dir, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic'),
    types: ['plan', '--base', 'main', '--head', 'origin/topic'],
    exit: 9,
    says: /error no-commit .*→ Fetch it first: (git fetch origin)/,
  },
  {
    of: ['commands/proposal.ts: git branch'],
    herd: bare,
    types: ['plan', '--base', 'trunk', '--head', 'HEAD'],
    exit: 9,
    says: /error no-commit .*→ See which there are: (git branch --all)/,
    shows: /main/,
  },
  {
    of: ['commands/proposal.ts: git merge'],
    herd: bare,
    state: parted,
    types: ['plan', '--base', 'main', '--head', 'topic'],
    exit: 9,
    says: /error not-mergeable .*: (git merge \w+)/,
    ends: [1],
    shows: /CONFLICT .* instance\/rules\.yaml/,
  },
  {
    of: ['commands/proposal.ts: git switch'],
    herd: bare,
    state: (herd) => git(herd.dir, 'update-ref', 'refs/heads/topic', orphan(herd)),
    types: ['plan', '--base', 'main', '--head', 'topic'],
    exit: 9,
    fill: { NAME: 'again' },
    says: /error not-mergeable .*→ Begin the branch anew: (git switch --create NAME \w+)/,
    shows: /Switched to a new branch/,
  },
  {
    of: ['commands/proposal.ts: herdbook validate'],
    herd: bare,
    state: ({ dir }) => commit(dir, 'Break', { 'instance/instance.yaml': 'domain: [\n' }),
    types: ['plan', '--base', 'main', '--head', 'HEAD'],
    exit: 9,
    says: /error no-instance .*→ Mend it there first: (herdbook validate)/,
    ends: [9],
    shows: /instance\.yaml:/,
  },
  {
    of: ['commands/whole.ts: git checkout'],
    herd: bare,
    state: sparse,
    types: ['block', 'hint.example', '--severity', 'limit'],
    exit: 9,
    says: /error sparse-checkout .*→ Take it in: (git checkout --ignore-skip-worktree-bits -- \S+)/,
  },
  {
    of: ['instance/load.ts: git checkout'],
    herd: bare,
    state: emptied,
    types: ['validate'],
    exit: 0,
    says: /warning empty-file .*bring it back: (git checkout -- \S+)/,
  },
  {
    of: ['instance/folder.ts: git status'],
    herd: bare,
    state: ({ dir }) => mkdirSync(join(dir, 'instance/rules.yaml')),
    types: ['validate'],
    exit: 9,
    says: /error not-a-file .*→ Rename it, and put the file back: (git status)/,
    shows: /On branch main/,
  },
  {
    of: [
      'commands/editing.ts: git add',
      'commands/editing.ts: git diff',
      'commands/editing.ts: git commit',
      'commands/editing.ts: herdbook plan',
    ],
    herd: bare,
    types: ['block', 'next.example', '--severity', 'limit'],
    exit: 0,
    says: /propose it: (git add \S+ && git diff --staged \S+) (git commit -m "[^"]*" -- \S+) (herdbook plan)/,
    ends: [0, 0, 2],
  },
  {
    of: ['commands/editing.ts: git add', 'commands/editing.ts: git commit'],
    herd: bare,
    state: unborn,
    types: ['block', 'next.example', '--severity', 'limit'],
    exit: 0,
    says: /propose it: (git add \S+) (git commit -m "[^"]*") (herdbook plan)/,
    ends: [0, 0, 2],
  },
]

function shallow(herd: Herd): void {
  commit(herd.dir, 'Second', BLOCK)
  git(herd.dir, 'push', '--quiet', 'origin', 'main')
  const cut = cloneOf(herd, 'shallow', '--depth=1')
  rmSync(herd.dir, { recursive: true })
  git(join(cut.dir, '..'), 'clone', '--quiet', '--depth=1', `file://${herd.dir}.git`, herd.dir)
}

function crowded({ dir }: Herd): void {
  const blob = git(dir, 'rev-parse', 'HEAD:instance/instance.yaml')
  const rows = Array.from({ length: 1001 }, (_, i) => `100644 blob ${blob}\tf${i}`).join('\n')
  writeFileSync(join(dir, '.git/rows'), `${rows}\n`)
  const tree = git(dir, '-c', 'alias.made=!git mktree < .git/rows', 'made')
  git(dir, 'update-ref', LEDGER, git(dir, 'commit-tree', '-m', 'Many', tree))
}

/** Both sides change one rule. */
function parted({ dir }: Herd): void {
  const rules = (text: string) => ({ 'instance/rules.yaml': `rules:\n  - key: be-kind\n    text: ${text}\n` })
  commit(dir, 'Rules', rules('Be kind.'))
  git(dir, 'switch', '--quiet', '--create', 'topic')
  commit(dir, 'Topic', rules('Be very kind.'))
  git(dir, 'switch', '--quiet', 'main')
  commit(dir, 'Main', rules('Be kind to all.'))
  git(dir, 'switch', '--quiet', 'topic')
}

function sparse({ dir }: Herd): void {
  commit(dir, 'Blocks', BLOCK)
  git(dir, 'sparse-checkout', 'set', '--no-cone', '/*', '!instance/domain-blocks.yaml')
}

function emptied({ dir }: Herd): void {
  commit(dir, 'Blocks', BLOCK)
  put(dir, { 'instance/domain-blocks.yaml': '' })
}
