import { createHash } from 'node:crypto'
import { EXAMPLE } from './example.gen.ts'

/** The digest by which a file of the example is known. */
export const fingerprint = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

/** Whether a file of instance/ is the one that Herdbook's own repository holds as an example. */
export const isExample = (name: string, content: Buffer): boolean => EXAMPLE.get(name) === fingerprint(content)
