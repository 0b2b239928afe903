import { shellWord } from '../instance/shell-word.ts'
import type { PullRequest } from '../forges/forge.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { isUnwanted } from '../instance/yaml/characters.ts'
import { sha256 } from '../reconcile/digest.ts'
import { ownedFilesOf } from '../approvals/owned.ts'
import type { ObjectRef } from '../reconcile/values.ts'
import { disclosure, isPrivate } from '../redaction/redact.ts'
import { code, prose } from '../comments/markdown.ts'
import { count, listed } from '../words/text.ts'
import { draftAdoption } from '../verbs/adopt.ts'
import { desiredOf } from '../reconcile/reconciler.ts'
import { KINDS } from '../providers/index.ts'
import { connectTo } from '../session/connect.ts'
import { parseRef, textsOf } from '../session/options.ts'
import { propose, type Checkout } from './open-pull-request.ts'
import type { Job } from '../session/job.ts'

/** Where a wish comes from: a sentence in Markdown, and who had it. */
export interface Asking {
  readonly origin: string
  readonly by: string
}

/** Reads objects that somebody named from afar. Throws (exit 9) for what names none. */
export function refsOf(texts: readonly string[]): ObjectRef[] {
  return [
    ...new Set(
      texts.map((text) =>
        isUnwanted(text) || /[\r\n]/.test(text)
          ? fail(EXIT.invalid, 'no-such-object', 'An object has a name of one line.')
          : parseRef(text).ref,
      ),
    ),
  ].toSorted()
}

/** One name for the same wish, so that a second one brings the first up to date. */
export const branchFor = (what: string, refs: readonly ObjectRef[]): string =>
  `herdbook/${what}-${sha256(refs.join('\n')).slice(0, 12)}`

const PLAIN = /^[\p{L}\p{N}/_.:-]{1,80}$/u

/** Objects in a title, which GitHub reads as text and copies into commits: by name where that can be nothing else. */
export const titled = (refs: readonly ObjectRef[]): string =>
  refs.length <= 3 && refs.every((ref) => PLAIN.test(ref)) ? listed(refs) : count(refs.length, 'object', 'objects')

/** Proposes that live wins for these objects. Null where the files say so already. */
export async function proposeAdoption(
  job: Job,
  desk: Checkout,
  refs: readonly ObjectRef[],
  { origin, by }: Asking,
): Promise<PullRequest | null> {
  const { session } = desk
  const connected = connectTo(session.config, job.io, 'proposal')
  try {
    const { edits, odd } = await draftAdoption(session, connected.providers, refs, {
      show: disclosure(job.event.visibility, session.instance.documents['policy.yaml']?.show),
    })
    if (edits.length === 0 && odd.length > 0) return fail(EXIT.invalid, 'odd-object', odd.join('\n'))
    if (edits.length === 0) return null
    const body = [
      origin,
      `The files take what ${code(session.config.domain)} has of ${refs.map(code).join(', ')}. Merging changes nothing on the server.`,
      ...odd.map(prose),
    ].join('\n\n')
    return await propose(job, desk, {
      branch: branchFor('adopt', refs),
      edits,
      title: `Adopt ${titled(refs)}`,
      note: 'The files take what the server has.',
      body,
      askedBy: [by],
    })
  } finally {
    await connected.close()
  }
}

/** Proposes that the files win for these objects: an empty commit that says so. Where owners decide, a line in their file, so that they are asked. */
export async function proposeRestore(
  job: Job,
  desk: Checkout,
  refs: readonly ObjectRef[],
  { origin, by }: Asking,
): Promise<PullRequest> {
  refuseUnnamed(job, desk, refs)
  const texts = await textsOf(desk.session)
  const owned = Map.groupBy(
    refs.flatMap((ref) => ownedFilesOf(ref, desk.session.ledger).map((file) => ({ file, ref }))),
    ({ file }) => file,
  )
  const day = job.io.now().toISOString().slice(0, 10)
  const edits = [...owned].map(([file, own]) => ({
    file,
    text: `${(texts.get(file) ?? '').trimEnd()}\n${own.map(({ ref }) => `# ${day}: ${lineOf(ref)} was put back on the server as it stands here\n`).join('')}`,
  }))
  const body = [
    origin,
    'Merging puts these back as the files have them, and takes away what no file names:',
    refs.map((ref) => `- ${code(ref)}`).join('\n'),
    ...(edits.length === 0 ? ['It changes no file.'] : []),
  ].join('\n\n')
  return propose(job, desk, {
    branch: branchFor('restore', refs),
    edits,
    title: `Restore ${titled(refs)}`,
    note: 'The server gets what the files have.',
    body,
    askedBy: [by],
    restore: refs,
  })
}

/** What no file names and may not be named here is not written into a pull request. */
function refuseUnnamed(job: Job, { session }: Checkout, refs: readonly ObjectRef[]): void {
  const show = disclosure(job.event.visibility, session.instance.documents['policy.yaml']?.show)
  const named = new Set<ObjectRef>([
    ...session.ledger.entries.keys(),
    ...[...desiredOf(KINDS, session.instance, job.io.now())].flatMap(([kind, files]) =>
      files.state === 'managed' ? files.objects.map(({ id }) => `${kind}/${id}`) : [],
    ),
  ])
  const [hidden] = refs.filter((ref) => isPrivate({ kind: ref.slice(0, ref.indexOf('/')) }, show) && !named.has(ref))
  if (hidden !== undefined)
    fail(
      EXIT.invalid,
      'not-shown',
      'It is not proposed here: no file names it, and it may not be named in this repository.',
      { hint: `At a desk: herdbook restore ${shellWord(hidden)}` },
    )
}

const lineOf = (ref: ObjectRef): string => ref.replaceAll(/\p{Cc}/gu, ' ')

/** Who asked for something by a tick or a button. */
export const askedBy = (login: string, why = ''): string =>
  `Asked for by ${code(`@${login}`)}${why === '' ? '.' : `: ${prose(why)}`} Their own approval of it does not count.`
