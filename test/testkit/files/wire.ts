// What the two ends say to each other: one JSON line a request, one JSON line an answer, in order.

/** Whose a far end is. */
export interface Stamp {
  readonly domain: string
  readonly environment: string
  readonly repository: string
}

/** What there is at a path. A sealed file holds a secret: neither its digest nor its size leaves the far end. */
export type Fact =
  | { readonly state: 'absent' }
  | { readonly state: 'file'; readonly digest: string; readonly mode: string; readonly size: number }
  | { readonly state: 'sealed'; readonly mode: string }
  | { readonly state: 'other'; readonly what: 'folder' | 'link' | 'special' }
  | { readonly state: 'unreadable'; readonly why: string }

export type PathFact = Fact & { readonly path: string }

/** Whether all that is below a folder was listed. */
export type FolderFact = { readonly path: string } & (
  | { readonly state: 'complete' | 'absent' }
  | { readonly state: 'unreadable'; readonly why: string }
)

/** What a unit read of its files when it was last started. */
export type UnitFact = { readonly unit: string } & (
  | { readonly state: 'stopped' }
  | { readonly state: 'started'; readonly inputs: readonly PathFact[] }
  | { readonly state: 'unreadable'; readonly why: string }
)

export interface FactsRequest {
  readonly paths: readonly string[]
  /** Paths of files that hold secrets, wherever else they are asked for. */
  readonly sealed: readonly string[]
  /** Folders below which every path is told, also those that nobody asked for. */
  readonly folders: readonly string[]
  readonly units: readonly string[]
}

export interface Facts {
  /** Each path once. */
  readonly files: readonly PathFact[]
  readonly folders: readonly FolderFact[]
  readonly units: readonly UnitFact[]
  readonly protocols: readonly ProtocolFact[]
}

/** A value to compare with what a file holds, or with what a unit read of it. */
export interface Compared {
  readonly path: string
  readonly unit?: string
  readonly value: string
}

export type Verdict =
  | { readonly state: 'same' | 'different' | 'absent' }
  | { readonly state: 'unreadable'; readonly why: string }

export interface Hello {
  /** null where the far end has none. */
  readonly stamp: Stamp | null
  /** Whether it refuses to write. */
  readonly reading: boolean
  /** How often its lock was taken. */
  readonly counter: number
}

/** Every verb that reads: what it is asked with, and what it answers. */
export interface Reads {
  hello: { readonly asks: object; readonly answers: Hello }
  facts: { readonly asks: FactsRequest; readonly answers: Facts }
  same: { readonly asks: { readonly values: readonly Compared[] }; readonly answers: readonly Verdict[] }
}

/**
 * Whether a file was written or taken away: `changed` says what is there instead of what was expected, and nothing was
 * done.
 */
export type Written = { readonly state: 'done' | 'changed'; readonly live: Fact }

/** What is to be at a path, and what is expected there now. */
export interface Writing {
  readonly path: string
  readonly content: string
  /** Four octal digits, as in `0644`. */
  readonly mode: string
  /** Whether the content is a secret. */
  readonly sealed: boolean
  readonly expect: Fact
}

/** The last phase of a protocol that is over. */
export type Phase = 'staged' | 'switched' | 'proven'

/** A protocol that is under way. */
export type ProtocolFact = { readonly id: string } & (
  | {
      readonly state: 'unfinished'
      readonly path: string
      readonly phase: Phase
      /** Of the step that it carries out. */
      readonly digest: string
      /** Who brought it there. */
      readonly nonce: string
      readonly counter: number
    }
  | { readonly state: 'unreadable'; readonly why: string }
)

interface Step {
  readonly id: string
  readonly digest: string
}

/** Every verb that a holder of the lock writes by: each of its requests carries the nonce and the counter, too. */
export interface Writes {
  write: { readonly asks: Writing; readonly answers: Written }
  remove: { readonly asks: { readonly path: string; readonly expect: Fact }; readonly answers: Written }
  restart: {
    readonly asks: { readonly unit: string; readonly reads: readonly string[]; readonly sealed: readonly string[] }
    readonly answers: UnitFact
  }
  stage: { readonly asks: Writing & Step; readonly answers: Written }
  switch: { readonly asks: Step; readonly answers: Written }
  prove: { readonly asks: Step; readonly answers: Written }
  end: { readonly asks: { readonly id: string }; readonly answers: { readonly state: 'done' } }
  back: { readonly asks: { readonly id: string }; readonly answers: { readonly state: 'done' } }
}
