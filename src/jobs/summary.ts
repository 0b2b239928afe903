import { appendFile, stat } from 'node:fs/promises'
import { size } from '../comments/fit-comment.ts'
import { safeWrite } from '../redaction/safe-write.ts'
import type { Io } from '../session/io.ts'
import { clip, number } from '../words/text.ts'
import { leftOut } from './texts.ts'

/** How many bytes GitHub accepts as the summary of a step. It shows nothing of a longer one. */
const MAX_BYTES = 1_048_576

/** Kept free for lines that say what was left out. */
const SPARE_BYTES = 4_000

/** How long one text of a summary may be: other texts follow it. */
export const SUMMARY_LIMIT = 1_000_000

/** Makes the function that writes into the summary of a run. A text that has no room is left out, and named. */
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
    safeWrite(fitInto(MAX_BYTES - written, markdown), io.secrets.abortOnSecret, (text) => texts.push(text))
    await appendFile(path, texts.join(''))
  }

function fitInto(room: number, markdown: string): string {
  const whole = `${markdown.trimEnd()}\n\n`
  if (size(whole) <= room - SPARE_BYTES) return whole
  const title = markdown.trimStart().split('\n', 1)[0] ?? ''
  const left = leftOut({ bytes: number(size(whole)), title: clip(title, 100) })
  return size(left) <= room ? left : ''
}

/** The page of the run that the environment variables name. */
export function runUrl({ env }: Io, repository: string): string {
  return `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}/actions/runs/${env['GITHUB_RUN_ID'] ?? '0'}`
}
