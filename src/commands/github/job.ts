import { appendFile } from 'node:fs/promises'
import type { Forge } from '../../clients/forge.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { emit } from '../../render/emit.ts'
import type { Io } from '../io.ts'
import type { Event } from './event.ts'

/** One run of a job: what has happened, and the forge to answer on. */
export interface Job<Happened extends Event = Event> {
  readonly io: Io
  readonly event: Happened
  readonly forge: Forge
  /** The page of this run. */
  readonly url: string
  /** Adds Markdown to the summary of the run. No secret passes. */
  readonly summarize: (markdown: string) => Promise<void>
}

/** A job: `herdbook github NAME`. */
export type JobModule = { readonly run: (job: Job) => Promise<void> }

/** Takes the event only where it is one of these. Throws (exit 9) otherwise: a workflow calls the wrong job. */
export function expect<Name extends Event['name']>(job: Job, names: readonly Name[]): Job<Extract<Event, { readonly name: Name }>> {
  const { event } = job
  const fits = (one: Event): one is Extract<Event, { readonly name: Name }> => names.some((name) => name === one.name)
  if (!fits(event)) return fail(EXIT.invalid, 'wrong-job', `This job does not go by the event ${event.name}.`, { hint: `It is for ${names.join(', ')}: look at \`on:\` in the workflow.` })
  return { ...job, event }
}

/** Whether somebody has started this run again: its event is as old as the first time. */
export const isAgain = ({ env }: Io): boolean => Number(env['GITHUB_RUN_ATTEMPT'] ?? '1') > 1

/** Where the summary of a run goes; nowhere outside GitHub Actions. */
export const summarizer =
  (io: Io) =>
  async (markdown: string): Promise<void> => {
    const path = io.env['GITHUB_STEP_SUMMARY']
    if (path === undefined || path === '') return
    const texts: string[] = []
    emit(`${markdown.trimEnd()}\n\n`, io.secrets.abortOnSecret, (text) => texts.push(text))
    await appendFile(path, texts.join(''))
  }

/** The page of the run that the environment tells of. */
export function runUrl({ env }: Io, repository: string): string {
  return `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}/actions/runs/${env['GITHUB_RUN_ID'] ?? '0'}`
}
