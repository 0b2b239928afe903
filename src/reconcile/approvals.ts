import type { Approval, ObjectRef, Step } from './types.ts'

/** Approves steps: each once, by name and for a reason. */
export function approve(approvals: readonly Approval[], steps: readonly Step[], by: Pick<Approval, 'by' | 'at' | 'source'>): Approval[] {
  return [...approvals, ...steps.map(({ digest, kind, id }) => ({ digest, ref: `${kind}/${id}`, ...by, spent: false }))]
}

/** The steps that no approval covers: an approval counts for its digest, and once. */
export function missing(steps: readonly Step[], approvals: readonly Approval[]): Step[] {
  const open = new Set(approvals.filter((approval) => !approval.spent).map((approval) => approval.digest))
  return steps.filter((step) => !open.has(step.digest))
}

/** Uses up all approvals of these digests, and all of these objects: what a killed run did for them left no digest. */
export function spend(approvals: readonly Approval[], digests: Iterable<string>, refs: Iterable<ObjectRef> = []): Approval[] {
  const used = new Set([...digests, ...refs])
  return approvals.map((approval) => (used.has(approval.digest) || used.has(approval.ref) ? { ...approval, spent: true } : approval))
}

/** Who approved steps of these digests, each name once. */
export function approvers(approvals: readonly Approval[], digests: Iterable<string>): string[] {
  const asked = new Set(digests)
  return [...new Set(approvals.filter((approval) => asked.has(approval.digest)).map((approval) => approval.by))]
}
