/** Throws if the text holds a secret of this process. */
export type SecretScan = (text: string) => void

/** The only way to write text: it is scanned for secrets first. */
export function safeWrite(text: string, scan: SecretScan, write: (text: string) => void): void {
  scan(text)
  write(text)
}
