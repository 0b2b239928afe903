/** Throws where a secret that this process holds is in the text. */
export type Scan = (text: string) => void

/** The only way out for text: it is scanned for secrets before a byte of it is written. */
export function safeWrite(text: string, scan: Scan, write: (text: string) => void): void {
  scan(text)
  write(text)
}
