interface NotFormatted {
  readonly message: string
  readonly hint: string
}

export const leftAlone = (file: string, why: string): string => `${file} was not changed: ${why}.`

export const lfsPointer = (file: string): NotFormatted => ({
  message: `${file} is only a pointer of Git LFS. The file itself is not here.`,
  hint: 'Get the file: git lfs pull',
})

export const UNSTABLE: NotFormatted = {
  message: 'Herdbook found no layout for it that stays the same when it is tidied again',
  hint: 'Move each comment onto its own line, then run this again.',
}

export const OTHER_MEANING: NotFormatted = {
  message: 'a new layout would change what the file means',
  hint: 'Tidy the file by hand, then run: herdbook validate',
}

export const commentMoves = (line: number): NotFormatted => ({
  message: `the comment in line ${line} would move away from what it is about`,
  hint: `Move the comment in line ${line} onto its own line, above what it is about.`,
})
