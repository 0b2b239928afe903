import { delimiter, join } from 'node:path'
import { commit, git, put } from './git.ts'
import type { HintCase } from './hints.ts'
import { another, APPLY, BLOCK, bare, withRemote, unborn, pushed, two, orphan, shallow } from './hint-states-git.ts'

/** What the branch, its commits and its remote have to be told. */
export const BRANCH: readonly HintCase[] = [
  {
    of: ['reconcile/apply/texts.ts: git add', 'reconcile/apply/texts.ts: git commit'],
    herd: bare,
    state: unborn,
    types: APPLY,
    exit: 5,
    says: /nothing-committed .*→ Commit your files: (git add \S+ && git commit)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git add', 'reconcile/apply/texts.ts: git status'],
    herd: bare,
    state: ({ dir }) => put(dir, BLOCK),
    types: APPLY,
    exit: 5,
    // From a folder of the tree, too.
    run: ({ dir }) => ({ cwd: join(dir, 'instance') }),
    says: /error uncommitted .*→ Commit them: (git add \S+ && git commit)\. Or see what changed: (git status \S+)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git fetch', 'git/texts.ts: git fetch'],
    herd: withRemote,
    state: shallow,
    types: ['plan'],
    exit: 5,
    says: /error shallow .*→ Get the whole history: (git fetch --unshallow)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git switch', 'reconcile/apply/texts.ts: git pull'],
    herd: withRemote,
    state: ({ dir }) => (git(dir, 'switch', '--quiet', '--create', 'topic'), commit(dir, 'Topic', BLOCK)),
    types: APPLY,
    exit: 5,
    says: /error other-branch .*→ Merge your branch first, then: (git switch main && git pull --ff-only origin main)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git push'],
    herd: withRemote,
    state: ({ dir }) => commit(dir, 'Local', BLOCK),
    types: APPLY,
    exit: 5,
    says: /error unpushed .*→ Push it: (git push origin HEAD:main)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git pull'],
    herd: withRemote,
    state: pushed,
    types: APPLY,
    exit: 6,
    says: /error behind .*→ Get the newer commits: (git pull --ff-only origin main)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git pull'],
    herd: withRemote,
    state: (herd) => {
      pushed(herd)
      commit(herd.dir, 'Local', { 'instance/rules.yaml': 'rules:\n  - key: be-kind\n    text: Be kind.\n' })
    },
    types: APPLY,
    exit: 6,
    says: /error diverged .*→ Combine both, then push: (git pull --rebase origin main)/,
  },
  {
    of: ['reconcile/apply/texts.ts: git merge'],
    state: ({ dir }) => git(dir, 'reset', '--quiet', '--hard', 'HEAD~1'),
    types: APPLY,
    exit: 6,
    says: /error not-descended .*→ Add that commit to your branch: (git merge \w+)\./,
  },
  {
    of: ['reconcile/apply/texts.ts: herdbook apply'],
    state: ({ dir }) => git(dir, 'commit', '--quiet', '--amend', '--message', 'Anew'),
    types: APPLY,
    exit: 6,
    says: /error not-descended .*If you rewrote the branch on purpose: (herdbook apply --history-rewritten),/,
  },
  {
    of: ['reconcile/ledger/texts.ts: herdbook apply'],
    state: (herd) => git(herd.dir, 'reset', '--quiet', '--hard', orphan(herd)),
    types: ['plan'],
    exit: 5,
    says: /error ledger-elsewhere .*If you rewrote the history on purpose: (herdbook apply --history-rewritten),/,
  },
  {
    of: ['git/texts.ts: git config'],
    herd: bare,
    state: two,
    types: ['plan'],
    exit: 5,
    says: /error remote-unclear .*for example alpha: (git config \S+ alpha)/,
  },
  {
    of: ['git/texts.ts: git switch'],
    herd: bare,
    state: (herd) => (two(herd), git(herd.dir, 'switch', '--quiet', '--detach')),
    types: ['plan'],
    exit: 5,
    fill: { BRANCH: 'main' },
    says: /error remote-unclear .*→ Switch to the branch that you apply from: (git switch BRANCH)/,
  },
  {
    of: ['git/texts.ts: git config'],
    herd: bare,
    types: ['plan'],
    exit: 9,
    alone: true,
    // The tests take no configuration of the machine's: here it lies in the clone's own folder.
    run: ({ dir }) => ({
      env: { PATH: `${another}${delimiter}${process.env['PATH']}`, GIT_CONFIG_GLOBAL: join(dir, '.git/global') },
    }),
    says: /error git-ownership .*→ If you trust that user, allow it: (git config --global --add safe\.directory \S+)/,
  },
]
