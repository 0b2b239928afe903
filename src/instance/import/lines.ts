/** A line of a list that holds something: no blank one, no comment. */
export interface ListLine {
  readonly text: string
  readonly line: number
}

/** The lines that hold something, without what a `#` behind a name begins. */
export function linesOf(text: string): readonly ListLine[] {
  return text.split('\n').flatMap((written, index) => {
    const kept = /^\s*#/.test(written) ? '' : written.replace(/\s#[^]*$/, '').trim()
    return kept === '' ? [] : [{ text: kept, line: index + 1 }]
  })
}
