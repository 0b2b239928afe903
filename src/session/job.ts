import type { Forge } from '../forges/forge.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { Io } from './io.ts'
import type { Clone } from './instance-folder.ts'
import type { Event } from '../forges/github/event.ts'

/** One run of a job: what has happened, and the forge to answer on. */
export interface Job<Happened extends Event = Event> {
  readonly io: Io
  readonly event: Happened
  readonly forge: Forge
  /** The checkout, opened once. Throws (exit 9) outside Git. */
  readonly clone: () => Promise<Clone>
  /** The page of this run. */
  readonly url: string
  /** Adds Markdown to the summary of the run. No secret passes. */
  readonly summarize: (markdown: string) => Promise<void>
}

/** A job: `herdbook github NAME`. */
export type JobModule = { readonly run: (job: Job) => Promise<void> }

/** Takes the event only where it is one of these. Throws (exit 9) otherwise: a workflow calls the wrong job. */
export function expect<Name extends Event['name']>(
  job: Job,
  names: readonly Name[],
): Job<Extract<Event, { readonly name: Name }>> {
  const { event } = job
  const fits = (one: Event): one is Extract<Event, { readonly name: Name }> => names.some((name) => name === one.name)
  if (!fits(event))
    return fail(EXIT.invalid, 'wrong-job', `This job does not go by the event ${event.name}.`, {
      hint: `It is for ${names.join(', ')}: look at \`on:\` in the workflow.`,
    })
  return { ...job, event }
}

/** Whether somebody has started this run again: its event is as old as the first time. */
export const isRerun = ({ env }: Io): boolean => Number(env['GITHUB_RUN_ATTEMPT'] ?? '1') > 1

/** What a verb goes by that is done in somebody's name: the ledger says who. */
export const inNameOf = (io: Io, login: string): Io => ({ ...io, env: { ...io.env, GITHUB_ACTOR: login } })
