import { partsOf } from '../reconcile/object-ref.ts'
import { shellWord } from '../instance/shell-word.ts'
import type { PullRequest } from '../forges/forge.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { isUnwanted } from '../instance/yaml/characters.ts'
import { sha256 } from '../reconcile/digest.ts'
import { ownedFilesOf } from '../approvals/files-of-step.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { disclosure, isPrivate } from '../redaction/redact.ts'
import { code, prose } from '../comments/markdown.ts'
import { count, listed } from '../words/text.ts'
import { draftAdoption } from '../verbs/adopt.ts'
import { desiredOf } from '../reconcile/reconciler.ts'
import { KINDS } from '../providers/kinds.ts'
import { connectTo } from '../session/connect.ts'
import { parseRef, textsOf } from '../session/options.ts'
import { propose, type Checkout } from './open-pull-request.ts'
import type { Job } from '../session/job.ts'
import {
  adoptBody,
  ADOPT_NOTE,
  adoptTitle,
  NO_FILE_CHANGED,
  notShownHere,
  ODD_NAME,
  RESTORE_BODY,
  RESTORE_NOTE,
  restoredComment,
  restoreTitle,
} from './texts.ts'

/** A person's request for a pull request. */
export interface PullRequestRequest {
  /** Where it comes from: a sentence in Markdown. */
  readonly origin: string
  readonly by: string
}

/** Reads the names of objects as a person wrote them on the forge. Throws (exit 9) for a name that is none. */
export function refsOf(texts: readonly string[]): ObjectRef[] {
  return [
    ...new Set(
      texts.map((text) =>
        isUnwanted(text) || /[\r\n]/.test(text)
          ? fail(EXIT.invalid, 'no-such-object', ODD_NAME.message, { hint: ODD_NAME.hint })
          : parseRef(text).ref,
      ),
    ),
  ].toSorted()
}

/** Names the branch of a request: the same request has the same branch, so that its pull request is updated. */
export const branchFor = (what: string, refs: readonly ObjectRef[]): string =>
  `herdbook/${what}-${sha256(refs.join('\n')).slice(0, 12)}`

const PLAIN_NAME = /^[\p{L}\p{N}/_.:-]{1,80}$/u

/** Names objects in a title, or counts them: GitHub copies a title into commits, so only plain names are in it. */
export const objectsInTitle = (refs: readonly ObjectRef[]): string =>
  refs.length <= 3 && refs.every((ref) => PLAIN_NAME.test(ref)) ? listed(refs) : count(refs.length, 'object', 'objects')

/** Proposes to take the server's version of these objects into the files. Returns null if they already have it. */
export async function proposeAdoption(
  job: Job,
  checkout: Checkout,
  refs: readonly ObjectRef[],
  { origin, by }: PullRequestRequest,
): Promise<PullRequest | null> {
  const { session } = checkout
  const connected = connectTo(session.config, job.io, 'proposal')
  try {
    const { edits, odd } = await draftAdoption(session, connected.providers, refs, {
      show: disclosure(job.event.visibility, session.instance.documents['policy.yaml']?.show),
    })
    if (edits.length === 0 && odd.length > 0) return fail(EXIT.invalid, 'odd-object', odd.join('\n'))
    if (edits.length === 0) return null
    const body = [origin, adoptBody({ domain: session.config.domain, objects: refs }), ...odd.map(prose)].join('\n\n')
    return await propose(job, checkout, {
      branch: branchFor('adopt', refs),
      edits,
      title: adoptTitle(objectsInTitle(refs)),
      note: ADOPT_NOTE,
      body,
      askedBy: [by],
    })
  } finally {
    await connected.close()
  }
}

/**
 * Proposes to use the files' version of these objects, with an empty commit that says so. For objects of the owners it
 * adds a line to their file, so that the forge asks the owners.
 */
export async function proposeRestore(
  job: Job,
  checkout: Checkout,
  refs: readonly ObjectRef[],
  { origin, by }: PullRequestRequest,
): Promise<PullRequest> {
  refuseHidden(job, checkout, refs)
  const texts = await textsOf(checkout.session)
  const owned = Map.groupBy(
    refs.flatMap((ref) => ownedFilesOf(ref, checkout.session.ledger).map((file) => ({ file, ref }))),
    ({ file }) => file,
  )
  const day = job.io.now().toISOString().slice(0, 10)
  const edits = [...owned].map(([file, own]) => ({
    file,
    text:
      `${(texts.get(file) ?? '').trimEnd()}\n` +
      own.map(({ ref }) => restoredComment({ day, object: lineOf(ref) })).join(''),
  }))
  const body = [
    origin,
    RESTORE_BODY,
    refs.map((ref) => `- ${code(ref)}`).join('\n'),
    ...(edits.length === 0 ? [NO_FILE_CHANGED] : []),
  ].join('\n\n')
  return propose(job, checkout, {
    branch: branchFor('restore', refs),
    edits,
    title: restoreTitle(objectsInTitle(refs)),
    note: RESTORE_NOTE,
    body,
    askedBy: [by],
    restore: refs,
  })
}

/** Refuses (exit 9) an object that no file names and that this repository must not show. */
function refuseHidden(job: Job, { session }: Checkout, refs: readonly ObjectRef[]): void {
  const show = disclosure(job.event.visibility, session.instance.documents['policy.yaml']?.show)
  const named = new Set<ObjectRef>([
    ...session.ledger.entries.keys(),
    ...[...desiredOf(KINDS, session.instance, job.io.now())].flatMap(([kind, files]) =>
      files.state === 'managed' ? files.objects.map(({ id }) => `${kind}/${id}`) : [],
    ),
  ])
  const [hidden] = refs.filter((ref) => isPrivate({ kind: partsOf(ref)[0] }, show) && !named.has(ref))
  if (hidden === undefined) return
  const { message, hint } = notShownHere({ object: shellWord(hidden) })
  fail(EXIT.invalid, 'not-shown', message, { hint })
}

const lineOf = (ref: ObjectRef): string => ref.replaceAll(/\p{Cc}/gu, ' ')
