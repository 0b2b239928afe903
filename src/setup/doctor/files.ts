import type { Compared, State } from '../init/update.ts'
import { fine, wrong, type Finding } from './finding.ts'

const WHAT = 'Files'

/** Whether the files that `init` writes are those of this version. What a person edited or removed is theirs. */
export function fileFindings(compared: readonly Compared[]): Finding {
  const of = (state: State): number => compared.filter((one) => one.state === state).length
  const [older, added] = [of('older'), of('new')]
  if (older + added === 0) return fine(WHAT, FINE)
  const parts = [...(older > 0 ? [`${older} older than this version`] : []), ...(added > 0 ? [`${added} missing`] : [])]
  return wrong(WHAT, `workflows, issue forms, schemas, CODEOWNERS: ${parts.join(', ')}`, 'herdbook init --update')
}

const FINE = 'workflows, issue forms, schemas and CODEOWNERS are of this version'
