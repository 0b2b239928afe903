import { clip } from '../words/text.ts'
import { inline } from '../redaction/neutralise.ts'

export interface ProgressDisplay {
  /** Begins; shows nothing for the first second. */
  readonly start: (what: string) => void
  /** Says what is being done now. */
  readonly step: (detail: string) => void
  /** Ends, and clears the line of a terminal. */
  readonly done: () => void
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

const QUIET_MS = 1000
/** Outside a terminal, at most one line in this time. */
const LINE_MS = 1000
const CLEAR = '\r\u001b[K'

/** Shows progress of long work: one rewritten line on a terminal, elsewhere at most one line a second. */
export function progress(stream: Stream): ProgressDisplay {
  const live = stream.isTTY === true
  let what = ''
  let detail = ''
  let shown = false
  let written = 0
  let timer: NodeJS.Timeout | undefined
  const show = (): void => {
    const text = inline(detail === '' ? `${what} …` : `${what}: ${detail}`)
    written = Date.now()
    stream.write(live ? CLEAR + clip(text, (stream.columns ?? 80) - 1) : `${text}\n`)
  }
  const stop = (): void => {
    clearTimeout(timer)
    if (live && shown) stream.write(CLEAR)
    shown = false
  }
  return {
    start: (text) => {
      stop()
      what = text
      detail = ''
      timer = setTimeout(() => {
        shown = true
        show()
      }, QUIET_MS)
      timer.unref()
    },
    step: (text) => {
      if (text === detail || (!live && Date.now() - written < LINE_MS)) return
      detail = text
      if (shown) show()
    },
    done: stop,
  }
}
