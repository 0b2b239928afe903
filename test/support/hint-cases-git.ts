import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cloneOf } from './sandbox.ts'
import { commit, git } from './git.ts'
import type { HintCase } from './hints.ts'
import { APPLY, bare, withRemote, unborn, outsideGit, orphan, parted, sparse, emptied } from './hint-states-git.ts'
import { BRANCH } from './hint-cases-branch.ts'
import { REFS } from './hint-cases-refs.ts'

/** What Git has to be told. */
export const GIT: readonly HintCase[] = [
  ...BRANCH,
  ...REFS,
  {
    of: ['reconcile/ledger/texts.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['plan'],
    exit: 0,
    says: /warning no-ledger .*→ To make a repository of this folder: (git init)/,
  },
  {
    of: ['verbs/approve/texts.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['approve', 'why', '--yes'],
    exit: 9,
    says: /error no-git .*→ Make the folder a Git repository: (git init)/,
  },
  {
    of: ['verbs/pause/texts.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['pause', 'why'],
    exit: 9,
    says: /error no-git .*→ Make the folder a Git repository: (git init)/,
  },
  {
    of: ['session/texts.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['unlock'],
    exit: 9,
    says: /error no-git .*→ Make the folder a Git repository: (git init)/,
  },
  {
    of: ['verbs/why/texts.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['why', 'rule/be-kind'],
    exit: 9,
    says: /error no-git .*→ Make the folder a Git repository: (git init)/,
  },
  {
    of: ['session/texts.ts: git init'],
    herd: bare,
    state: outsideGit,
    types: ['plan', '--base', 'main', '--head', 'HEAD'],
    exit: 9,
    says: /error no-git .*→ Make the folder a Git repository: (git init)\./,
  },
  {
    of: ['verbs/apply/texts.ts: git init'],
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
    says: /no-notice .*→ Make the folder a Git repository: (git init)/,
  },
  {
    of: ['session/texts.ts: git fetch'],
    herd: withRemote,
    state: (herd) => git(cloneOf(herd, 'other').dir, 'push', '--quiet', 'origin', 'HEAD:refs/heads/topic'),
    types: ['plan', '--base', 'main', '--head', 'origin/topic'],
    exit: 9,
    says: /error no-commit .*→ Fetch it first: (git fetch origin)/,
  },
  {
    of: ['session/texts.ts: git branch'],
    herd: bare,
    types: ['plan', '--base', 'trunk', '--head', 'HEAD'],
    exit: 9,
    says: /error no-commit .*→ List the branches: (git branch --all)/,
    shows: /main/,
  },
  {
    of: ['session/texts.ts: git merge'],
    herd: bare,
    state: parted,
    types: ['plan', '--base', 'main', '--head', 'topic'],
    exit: 9,
    says: /error not-mergeable .*: (git merge \w+)/,
    ends: [1],
    shows: /CONFLICT .* instance\/rules\.yaml/,
  },
  {
    of: ['session/texts.ts: git switch'],
    herd: bare,
    state: (herd) => git(herd.dir, 'update-ref', 'refs/heads/topic', orphan(herd)),
    types: ['plan', '--base', 'main', '--head', 'topic'],
    exit: 9,
    fill: { NAME: 'again' },
    says: /error not-mergeable .*→ Start your branch again from \w+: (git switch --create NAME \w+)/,
    shows: /Switched to a new branch/,
  },
  {
    of: ['session/texts.ts: herdbook validate'],
    herd: bare,
    state: ({ dir }) => commit(dir, 'Break', { 'instance/instance.yaml': 'domain: [\n' }),
    types: ['plan', '--base', 'main', '--head', 'HEAD'],
    exit: 9,
    says: /error no-instance .*→ On that branch, find the mistake and correct it: (herdbook validate)/,
    ends: [9],
    shows: /instance\.yaml:/,
  },
  {
    of: ['session/texts.ts: git checkout'],
    herd: bare,
    state: sparse,
    types: ['block', 'hint.example', '--severity', 'limit'],
    exit: 9,
    says: /error sparse-checkout .*→ Check it out: (git checkout --ignore-skip-worktree-bits -- \S+)/,
  },
  {
    of: ['instance/texts.ts: git checkout'],
    herd: bare,
    state: emptied,
    types: ['validate'],
    exit: 0,
    says: /warning empty-file .*bring it back: (git checkout -- \S+)/,
  },
  {
    of: ['instance/texts.ts: git checkout'],
    herd: bare,
    state: ({ dir }) => {
      commit(dir, 'Rules', { 'instance/rules.yaml': '# none yet\n' })
      rmSync(join(dir, 'instance/rules.yaml'))
      mkdirSync(join(dir, 'instance/rules.yaml'))
    },
    types: ['validate'],
    exit: 9,
    says: /error not-a-file .*→ Rename the folder\. If the file was in Git, bring it back: (git checkout -- \S+)/,
    first: ({ dir }) => renameSync(join(dir, 'instance/rules.yaml'), join(dir, 'rules')),
  },
  {
    of: [
      'session/texts.ts: git add',
      'session/texts.ts: git diff',
      'session/texts.ts: git commit',
      'session/texts.ts: herdbook plan',
    ],
    herd: bare,
    types: ['block', 'next.example', '--severity', 'limit'],
    exit: 0,
    says: /propose it: (git add \S+ && git diff --staged \S+) (git commit -m "[^"]*" -- \S+) (herdbook plan)/,
    ends: [0, 0, 2],
  },
  {
    of: ['session/texts.ts: git add', 'session/texts.ts: git commit'],
    herd: bare,
    state: unborn,
    types: ['block', 'next.example', '--severity', 'limit'],
    exit: 0,
    says: /propose it: (git add \S+) (git commit -m "[^"]*") (herdbook plan)/,
    ends: [0, 0, 2],
  },
]
