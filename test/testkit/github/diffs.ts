import type { Bare } from './git.ts'

/** What a pull request changes in one file. */
export interface FileDiff {
  readonly path: string
  readonly previous: string | null
  readonly status: 'added' | 'removed' | 'modified' | 'renamed'
  readonly blob: string
  readonly additions: number
  readonly deletions: number
  /** Without the lines before the first `@@`; null for what is no text. */
  readonly patch: string | null
}

const STATUSES: { readonly [letter: string]: FileDiff['status'] } = { A: 'added', D: 'removed', R: 'renamed' }

/** The files that the second commit changes since it left the first one's history. */
export async function filesOf(bare: Bare, base: string, head: string): Promise<FileDiff[]> {
  const range = `${base}...${head}`
  const rows = (await bare.run(['diff', '--raw', '-z', '--no-abbrev', '--find-renames', range])).split('\0')
  const files: FileDiff[] = []
  for (let at = 0; rows[at]?.startsWith(':');) {
    const [, , before = '', after = '', letter = ''] = (rows[at] ?? '').split(' ')
    const renamed = letter.startsWith('R')
    const [old = '', path = ''] = [rows[at + 1], rows[at + (renamed ? 2 : 1)]]
    at += renamed ? 3 : 2
    const text = await bare.run(['diff', '--find-renames', range, '--', ...new Set([old, path])], { exact: true })
    const start = text.search(/^@@ /m)
    const patch = start < 0 ? null : text.slice(start).replace(/\n$/, '')
    const signed = (sign: string): number => (patch ?? '').split('\n').filter((line) => line.startsWith(sign)).length
    files.push({
      path,
      previous: renamed ? old : null,
      status: STATUSES[letter.charAt(0)] ?? 'modified',
      blob: letter === 'D' ? before : after,
      additions: signed('+'),
      deletions: signed('-'),
      patch,
    })
  }
  return files
}

interface Hunk {
  readonly old: Range
  readonly new: Range
  readonly text: string
}

/** Lines count from 1; of none, `from` is the line before. */
interface Range {
  readonly from: number
  readonly lines: number
}

export function hunksOf(patch: string): Hunk[] {
  return patch.split(/^(?=@@ )/m).flatMap((text) => {
    const [, from, lines = '1', newFrom, newLines = '1'] =
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text) ?? []
    return from === undefined
      ? []
      : [
          {
            old: { from: Number(from), lines: Number(lines) },
            new: { from: Number(newFrom), lines: Number(newLines) },
            text,
          },
        ]
  })
}

/** Where a line of a file at one commit is at another one; null where it was changed in between. */
export async function lineAt(bare: Bare, path: string, line: number, from: string, to: string): Promise<number | null> {
  const patch = await bare.run(['diff', '--unified=0', from, to, '--', path])
  let moved = 0
  for (const hunk of hunksOf(patch)) {
    const before = hunk.old.from + (hunk.old.lines === 0 ? 1 : 0)
    if (line < before) break
    if (line < before + hunk.old.lines) return null
    moved += hunk.new.lines - hunk.old.lines
  }
  return (await bare.tip(`${to}:${path}`)) === null ? null : line + moved
}
