import { listed } from '../../words/text.ts'

export const HELP = {
  check: 'only look: write nothing, and exit 9 if a file is not tidy',
  examples:
    `
Example:
  herdbook fmt

This changes how the files look, never what they say. ` +
    'It keeps every comment, your words, and the layout of JSON and of brackets over several lines. ' +
    'If an entry is there twice, word for word, it deletes the second one.',
}

export const ALL_TIDY = 'All files are tidy.'

export const notTidy = (files: readonly string[]): string => `Not tidy: ${listed(files)}. Run: herdbook fmt`

export const tidied = (files: readonly string[]): string => `Tidied ${listed(files)}.`
