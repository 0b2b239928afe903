import { appendFile, stat } from 'node:fs/promises'
import { code } from '../comments/markdown.ts'
import { size } from '../comments/shrink-to-fit.ts'
import { safeWrite } from '../redaction/safe-write.ts'
import type { Io } from '../session/io.ts'
import { clip, number } from '../words/text.ts'

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
    safeWrite(within(SUMMARY - written, markdown), io.secrets.abortOnSecret, (text) => texts.push(text))
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
