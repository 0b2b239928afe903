import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { EXIT, fail } from '../../instance/diagnostic.ts'
import { say, type Io } from '../../session/io.ts'
import { ownPin, type Pin } from '../../setup/init/pin.ts'
import { compareIn, isWorkflow, pinIn, type ComparedFile, type GeneratedFileState } from '../../setup/init/update.ts'
import { exists } from '../../setup/init/write.ts'
import * as texts from './texts.ts'

/**
 * Shows as a diff what is older than this Herdbook writes it, and writes what nobody edited. Throws (exit 9) where no
 * instance is.
 */
export async function update(io: Io, dir: string, chosen: Pin | null): Promise<void> {
  if (!(await exists(join(dir, 'instance/instance.yaml')))) {
    const { message, hint } = texts.notBegun(dir)
    fail(EXIT.invalid, 'not-begun', message, { hint })
  }
  const { compared, isPinned } = await compareIn(dir, async () => chosen ?? ownPin())
  const differing = compared.filter(({ state }) => state !== 'current')
  for (const { path, after, state } of differing)
    if (state === 'older' || state === 'new') await written(join(dir, path), after)
  const notes = [...olderPins(differing), ...(isPinned ? [] : [texts.PIN_UNKNOWN])]
  say(io, [...differing.flatMap(patchOf), ...summary(differing), ...notes].join('\n'))
}

async function written(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** The change as a diff; what a person took away is not shown. */
const patchOf = ({ path, before, after, state }: ComparedFile): string[] =>
  state === 'removed'
    ? []
    : [
        createTwoFilesPatch(
          before === null ? '/dev/null' : `a/${path}`,
          `b/${path}`,
          before ?? '',
          after,
          '',
          '',
        ).trimEnd(),
        '',
      ]

const STATES = ['older', 'new', 'edited', 'removed'] as const satisfies readonly GeneratedFileState[]

function summary(differing: readonly ComparedFile[]): string[] {
  if (differing.length === 0) return [texts.UP_TO_DATE]
  const groups = STATES.flatMap((state) => {
    const paths = differing.filter((one) => one.state === state).map(({ path }) => `  ${path}`)
    return paths.length === 0 ? [] : [`${texts.UPDATED[state]}:`, ...paths, '']
  })
  const isWritten = differing.some(({ state }) => state === 'older' || state === 'new')
  return [...groups, ...(isWritten ? [texts.UPDATE_NEXT] : [])]
}

/** Two versions of Herdbook in one repository would write one ledger. */
const olderPins = (differing: readonly ComparedFile[]): string[] =>
  differing
    .filter(({ path, state }) => state === 'edited' && isWorkflow(path))
    .filter(({ before, after }) => JSON.stringify(pinIn([before ?? ''])) !== JSON.stringify(pinIn([after])))
    .map(({ path }) => texts.olderPin(path))
