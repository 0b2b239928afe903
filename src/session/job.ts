import type { Forge } from '../forges/forge.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Io } from './io.ts'
import type { RepositoryClone } from './instance-folder.ts'
import type { ForgeEvent } from '../forges/github/event.ts'
import { wrongEvent } from './texts.ts'

/** One run of a job: what has happened, and the forge to answer on. */
export interface Job<Happened extends ForgeEvent = ForgeEvent> {
  readonly io: Io
  readonly event: Happened
  readonly forge: Forge
  /** The checkout, opened once. Throws (exit 9) outside Git. */
  readonly clone: () => Promise<RepositoryClone>
  /** The page of this run. */
  readonly url: string
  /** Adds Markdown to the summary of the run. No secret passes. */
  readonly summarize: (markdown: string) => Promise<void>
}

/** A job: `herdbook github NAME`. */
export type JobModule = { readonly run: (job: Job) => Promise<void> }

/** Narrows a job to these events. Throws (exit 9) for any other: a workflow calls the wrong job. */
export function expect<Name extends ForgeEvent['name']>(
  job: Job,
  names: readonly Name[],
): Job<Extract<ForgeEvent, { readonly name: Name }>> {
  const { event } = job
  const fits = (one: ForgeEvent): one is Extract<ForgeEvent, { readonly name: Name }> =>
    names.some((name) => name === one.name)
  if (!fits(event)) return fail(EXIT.invalid, 'wrong-job', wrongEvent({ event: event.name, names: names.join(', ') }))
  return { ...job, event }
}

/** Whether a person started this run again: its event is then as old as the first run. */
export const isRerun = ({ env }: Io): boolean => Number(env['GITHUB_RUN_ATTEMPT'] ?? '1') > 1

/** The surroundings of a verb that runs in a person's name, so that the ledger names them. */
export const inNameOf = (io: Io, login: string): Io => ({ ...io, env: { ...io.env, GITHUB_ACTOR: login } })
