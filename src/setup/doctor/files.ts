import * as texts from './texts.ts'
import type { ComparedFile, GeneratedFileState } from '../init/update.ts'
import { fine, wrong, type Finding } from './finding.ts'

const WHAT = 'Files'

/** Whether the files that `init` writes are those of this version. What a person edited or removed is theirs. */
export function fileFindings(compared: readonly ComparedFile[]): Finding {
  const of = (state: GeneratedFileState): number => compared.filter((one) => one.state === state).length
  const [older, added] = [of('older'), of('new')]
  if (older + added === 0) return fine(WHAT, texts.FILES_FINE)
  return wrong(WHAT, texts.filesDue(older, added), 'herdbook init --update')
}
