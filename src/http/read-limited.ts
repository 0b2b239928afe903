/** The longest answer that is read. */
export const MOST_BYTES = 64 * 1024 * 1024

/** The text of an answer. Throws a RangeError where it is longer than anybody should have to read. */
export async function bounded(answer: Response, most = MOST_BYTES): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > most) throw new RangeError('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
