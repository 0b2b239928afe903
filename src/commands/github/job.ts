import { appendFile, stat } from 'node:fs/promises'
import type { Forge } from '../../clients/forge.ts'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { emit } from '../../render/emit.ts'
import { size } from '../../render/fit.ts'
import { code } from '../../render/markdown-text.ts'
import { clip, number } from '../../render/text.ts'
import type { Io } from '../io.ts'
import type { Clone } from '../place.ts'
import type { Event } from './event.ts'

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
export const isAgain = ({ env }: Io): boolean => Number(env['GITHUB_RUN_ATTEMPT'] ?? '1') > 1

/** What a verb goes by that is done in somebody's name: the ledger says who. */
export const inNameOf = (io: Io, login: string): Io => ({ ...io, env: { ...io.env, GITHUB_ACTOR: login } })

/** What GitHub takes for the summary of a step, in bytes; of one that is longer it shows nothing. */
const SUMMARY = 1_048_576
/** Kept free for lines that say what was left out. */
const SPARE = 4_000

/** Where the summary of a run goes; nowhere outside GitHub Actions. What has no room beside what stands there is named and left out. */
export const summarizer =
  (io: Io) =>
  async (markdown: string): Promise<void> => {
    const path = io.env['GITHUB_STEP_SUMMARY']
    if (path === undefined || path === '') return
    const texts: string[] = []
    const written = await stat(path).then(
      (file) => file.size,
      () => 0,
    )
    emit(within(SUMMARY - written, markdown), io.secrets.abortOnSecret, (text) => texts.push(text))
    await appendFile(path, texts.join(''))
  }

function within(room: number, markdown: string): string {
  const whole = `${markdown.trimEnd()}\n\n`
  if (size(whole) <= room - SPARE) return whole
  const title = markdown.trimStart().split('\n', 1)[0] ?? ''
  const left = `Left out, since GitHub takes no longer summary: ${number(size(whole))} bytes that begin with ${code(clip(title, 100))}.\n\n`
  return size(left) <= room ? left : ''
}

/** The page of the run that the environment tells of. */
export function runUrl({ env }: Io, repository: string): string {
  return `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}/actions/runs/${env['GITHUB_RUN_ID'] ?? '0'}`
}
