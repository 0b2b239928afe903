import type { Fields } from '../instance/values.ts'
import type { Write, WriteResult } from '../providers/mastodon/tables.ts'
import type { Route } from './api/route.ts'
import type { Actor } from './models/people.ts'
import type { Scene, WriteScope } from './connections/writing.ts'
import type { Seed } from './seed.ts'
import type { Release, Version } from './versions.ts'

export type { Fields, Write, WriteResult }

/**
 * What the embedded Mastodon needs of a kind. Each file in `kinds/` exports one, named as the file is; `npm run
 * generate` lists them in `kinds.gen.ts`.
 */
export interface SandboxKind {
  /** The release that brought it; absent for what 4.4 has. A server before that has none of it. */
  readonly since?: Release
  /** Its tables and their indexes. */
  readonly tables?: string
  /** What a later release did to them. */
  readonly tablesSince?: Readonly<Partial<Record<Release, string>>>
  /** Which of its tables the role of `herdbook reader install` may read. */
  readonly readable?: readonly string[]
  /** The rows of a new server. */
  readonly seed?: (version: Version, seed: Seed) => string
  /** The API's routes. */
  readonly routes?: readonly Route[]
  /** The console's writes, by the table that a write names. */
  readonly writes?: Readonly<Record<string, ConsoleWrite>>
  /** Writes that the console takes together, before all others. */
  readonly batches?: readonly WriteBatch[]
  /** Which of its writes ask first how many follow relations they would sever. */
  readonly measured?: (write: Write) => Measured | undefined
  /** What interrupted runs may still owe, by the kind that the console's request names. */
  readonly settles?: Readonly<Record<string, Settle>>
  /** What a person clicks in the web interface. */
  readonly clicks?: Readonly<Record<string, Click>>
  /** The workers that it hands jobs to. */
  readonly jobs?: readonly string[]
}

export type ConsoleWrite = (writing: WriteScope, write: Write) => Promise<WriteResult>

export interface WriteBatch {
  readonly takes: (write: Write) => boolean
  /** Answers in the order of the writes. */
  readonly write: (writing: WriteScope, writes: readonly Write[]) => Promise<readonly WriteResult[]>
}

export interface Measured {
  readonly domain: string
  readonly severity: string
}

/** Something that an interrupted run set, and whose workers may have been lost. */
export interface UnfinishedObject {
  readonly kind: string
  readonly id: string
  readonly action: string
  readonly fields: Fields
}

/** Hands the workers what is due, and answers how much that is. */
export type Settle = (scene: Scene, owed: readonly UnfinishedObject[]) => Promise<number>

/** A person in the web interface. */
export interface PersonScope extends Scene {
  readonly actor: Actor
}

export type Click = (person: PersonScope, ...args: never[]) => Promise<unknown>
