import type { SandboxKind } from './kind.ts'
import { KINDS } from './kinds.gen.ts'
import { has, type Version } from './versions.ts'

/** The kinds that a version has. */
export function kindsOf(version: Version): readonly SandboxKind[] {
  return KINDS.filter((kind: SandboxKind) => has(version, kind.since))
}
