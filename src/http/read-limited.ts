import { ANSWER_TOO_LONG } from './texts.ts'

/** The longest answer that is read. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** Reads the text of an answer. Throws a RangeError if it is too long. */
export async function bounded(answer: Response, most = MAX_ANSWER_BYTES): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > most) throw new RangeError(ANSWER_TOO_LONG)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
