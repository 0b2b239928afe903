import type { PullRequest } from '../forges/forge.ts'
import { EXIT, fail, type HerdbookError } from '../instance/diagnostic.ts'
import type { FileEdit } from '../instance/edit/objects.ts'
import { prose } from '../comments/markdown.ts'
import { withoutConsole } from '../providers/mastodon/provider.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { openCommitted, type Session } from '../session/session.ts'
import type { Job } from '../session/job.ts'
import { trailersOf, type SealedCommit } from '../approvals/trailers.ts'
import { repositoryOf, defaultBranchHead } from '../session/default-branch.ts'
import { NOTHING_COMMITTED } from './texts.ts'

/** The files of the default branch, and their commit. */
export interface Checkout {
  /** Without the console: it can change everything, so a job that only proposes never opens it. */
  readonly session: Session
  /** With all connections: a plan also says which of them a step needs. */
  readonly whole: Session
  readonly base: { readonly branch: string; readonly commit: string }
}

/** Brings the checkout to the newest commit of the default branch and opens it. */
export async function openCheckout(job: Job): Promise<Checkout> {
  const repository = await repositoryOf(job)
  await repository.follow(await defaultBranchHead(repository))
  const whole = await openCommitted(job.io, await job.clone())
  const commit = whole.head?.commit ?? fail(EXIT.invalid, 'nothing-committed', NOTHING_COMMITTED)
  return {
    session: { ...whole, config: withoutConsole(whole.config) },
    whole,
    base: { branch: job.event.defaultBranch, commit },
  }
}

/** What a job proposes. */
export interface PullRequestDraft {
  readonly branch: string
  readonly edits: readonly FileEdit[]
  readonly title: string
  /** What the commit says below its title. */
  readonly note: string
  readonly body: string
  /** Who asked for it; null if that is unknown: then it is not sealed as Herdbook's own, and needs an owner. */
  readonly askedBy: readonly string[] | null
  /** Objects that get the files' version. */
  readonly restore?: readonly ObjectRef[]
}

/**
 * Opens the pull request, or updates the open one of that branch. The caller plans it: a pull request opened with a
 * workflow's own token starts no workflow.
 */
export function propose(
  { io, forge }: Job,
  { session, base }: Checkout,
  { branch, edits, title, note, body, askedBy, restore = [] }: PullRequestDraft,
): Promise<PullRequest> {
  const files = new Map(edits.map(({ file, text }) => [`${session.repository?.folder ?? 'instance'}/${file}`, text]))
  const message = (made: SealedCommit): string =>
    [title, note, trailersOf({ branch, askedBy, restore }, made, session.sealing)]
      .filter((part) => part !== '')
      .join('\n\n') + '\n'
  for (const text of [...files.values(), title, note, ...restore, body]) io.secrets.abortOnSecret(text)
  return forge.propose({ branch, base, files, message, title, body })
}

/** Lists as Markdown why a request cannot be met. */
export const reasons = ({ diagnostics }: HerdbookError): string =>
  diagnostics
    .map(({ message, hint }) => `- ${prose(message)}${hint === undefined ? '' : `<br>→ ${prose(hint)}`}`)
    .join('\n')
