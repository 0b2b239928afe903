import type { JobRun } from './runner.ts'

/** A job that ran. */
export type Ran = JobRun & { readonly ran: true }

/** All that a run says anywhere. */
export const said = ({ stdout, stderr, summary }: Ran, comment: string): string =>
  [stdout, stderr, summary, comment].join('\n')

/** What the runner of GitHub Actions would obey on one of the two streams, besides annotations. */
export const commands = ({ stdout, stderr }: Ran): string[] =>
  `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => /##\[/.test(line) || (/^\s*::/.test(line) && !/^::(error|warning|notice) /.test(line)))
