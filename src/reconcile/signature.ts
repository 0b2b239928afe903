import { sameDigest, seal, sealIn, sha256, type Sealing } from './digest.ts'
import { type DigestForm } from './values.ts'
import type { CommitContent, Snapshot } from './repository.ts'

/** The file that holds the digest over all the others. */
const DIGEST = 'digest'
/** The prefix of a digest of version 2; version 1 has none. */
const SECOND = 'v2 '

export type SignedRef = 'ledger' | 'lock'

/** Makes subject and trailers single lines. With a key, adds the digest over tree, message and parents. */
export function signContent(draft: CommitContent, purpose: SignedRef, sealing: Sealing): CommitContent {
  const trailers = Object.entries(draft.trailers ?? {}).map(([name, value]) => [name, oneLine(value)])
  const content = { ...draft, subject: oneLine(draft.subject), trailers: Object.fromEntries(trailers) }
  if (sealing.key === null) return content
  return {
    ...content,
    files: new Map([...content.files, [DIGEST, `${SECOND}${signature(content, purpose, sealing, 2)}\n`]]),
  }
}

/** Whether a snapshot has the right digest, and its form; `unsigned` if it has none. */
export function signatureOf(
  snapshot: Snapshot,
  purpose: SignedRef,
  sealing: Sealing,
): { readonly is: 'right' | 'wrong'; readonly form: DigestForm } | { readonly is: 'unsigned' } {
  const digest = snapshot.files.get(DIGEST)
  if (digest === undefined) return { is: 'unsigned' }
  const form = digest.startsWith(SECOND) ? 2 : 1
  const right =
    sealing.key !== null &&
    sameDigest(digest.slice(form === 2 ? SECOND.length : 0).trim(), signature(snapshot, purpose, sealing, form))
  return { is: right ? 'right' : 'wrong', form }
}

function signature(content: CommitContent, purpose: SignedRef, sealing: Sealing, form: DigestForm): string {
  const files = Object.fromEntries(
    [...content.files].filter(([name]) => name !== DIGEST).map(([name, text]) => [name, sha256(text)]),
  )
  const value = { files, parents: content.parents ?? [], subject: content.subject, trailers: content.trailers ?? {} }
  return form === 2
    ? sealIn(sealing, purpose, value)
    : seal(purpose, { ...value, environment: sealing.scope.environment }, sealing.key)
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
