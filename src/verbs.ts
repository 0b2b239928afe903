import type { Verbs } from './commands/main.ts'

/** Every verb of the command line. Only the one that is asked for is loaded. */
export const VERBS = {
  init: ['Start a repository for an instance', () => import('./commands/init.ts')],
  validate: ['Check the files of the instance', () => import('./commands/validate.ts')],
  fmt: ['Write the files the tidy way', () => import('./commands/fmt.ts')],
  plan: ['Show what would change on the live server', () => import('./commands/plan.ts')],
  apply: ['Change the live server to what the files say', () => import('./commands/apply.ts')],
  approve: ['Approve steps without a pull request', () => import('./commands/approve.ts')],
  drift: ['Show what was changed by hand', () => import('./commands/drift.ts')],
  adopt: ['Let live win: write it into the files', () => import('./commands/adopt.ts')],
  restore: ['Let the files win, once', () => import('./commands/restore.ts')],
  why: ['Tell who proposed, approved and applied something', () => import('./commands/why.ts')],
  block: ['Write a domain block into the files', () => import('./commands/block.ts')],
  unblock: ['Take a domain block out of the files', () => import('./commands/unblock.ts')],
  promote: ['Give somebody a role, in the files', () => import('./commands/promote.ts')],
  demote: ['Take a role away, in the files', () => import('./commands/demote.ts')],
  status: ['Tell how things stand: doors, ledger, lock', () => import('./commands/status.ts')],
  doctor: ['Look whether the settings on GitHub are as they must be', () => import('./commands/doctor.ts')],
  token: ['Create, rotate or check access tokens', () => import('./commands/token.ts')],
  reader: ['Put the read-only door on the server', () => import('./commands/reader.ts')],
  pause: ['Apply nothing for now', () => import('./commands/pause.ts')],
  resume: ['End a pause', () => import('./commands/resume.ts')],
  unlock: ['Take away a lock, or sign the ledger anew', () => import('./commands/unlock.ts')],
  github: ['Do the work of a workflow of GitHub Actions', () => import('./commands/github.ts')],
  demo: ['Show all of it on an embedded Mastodon', () => import('./commands/demo.ts')],
  sandbox: ['Serve the embedded Mastodon', () => import('./commands/sandbox.ts')],
} as const satisfies Verbs
