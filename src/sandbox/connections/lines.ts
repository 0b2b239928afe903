export interface Lines {
  readonly next: () => Promise<string | undefined>
  readonly take: (bytes: number) => Promise<string>
}

/** Input by lines, or by a number of bytes, as Ruby's `gets` and `read` take it. */
export function linesOf(input: AsyncIterable<Buffer>): Lines {
  const chunks = input[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next()
    if (done === true) return false
    held = Buffer.concat([held, value])
    return true
  }
  const cut = (end: number): string => {
    const text = held.subarray(0, end).toString('utf8')
    held = held.subarray(end)
    return text
  }
  return {
    next: async () => {
      while (!held.includes(10)) if (!(await more())) return held.length === 0 ? undefined : cut(held.length)
      return cut(held.indexOf(10) + 1).trimEnd()
    },
    take: async (bytes) => {
      while (held.length < bytes) if (!(await more())) break
      return cut(bytes)
    },
  }
}
