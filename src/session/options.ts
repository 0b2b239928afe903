import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDay } from '../instance/dates.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import type { DescribedKind } from '../providers/described.ts'
import { KINDS } from '../providers/kinds.ts'
import type { SourceOf } from '../words/diagnostics.ts'
import { shellWord } from '../instance/shell-word.ts'
import type { PlanOptions } from '../reconcile/reconciler.ts'
import type { InstanceFolder } from './instance-folder.ts'
import { datePassed, notADate, noSuchObject } from './texts.ts'

/** For options that may be given again. */
export const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value]

/** An object that a person named as KIND/ID. */
export interface NamedObject {
  readonly kind: DescribedKind
  readonly id: string
  readonly ref: string
}

/** Reads KIND/ID. Throws (exit 9) if there is no such kind. */
export function parseRef(text: string): NamedObject {
  const slash = text.indexOf('/')
  const name = slash < 0 ? text : text.slice(0, slash)
  const kind = KINDS.find((k) => k.name === name)
  const id = slash < 0 ? '' : (kind?.identify(text.slice(slash + 1)) ?? '')
  if (kind && id !== '') return { kind, id, ref: `${kind.name}/${id}` }
  return fail(EXIT.invalid, 'no-such-object', noSuchObject({ text, kinds: KINDS.map((k) => k.name).join(', ') }))
}

/** What the options ask for beside the files. */
export function planOptionsOf(options: {
  readonly restore?: readonly string[]
  readonly takeOver?: true | undefined
}): PlanOptions {
  return {
    restore: new Set((options.restore ?? []).map((text) => parseRef(text).ref)),
    takeOver: options.takeOver ?? false,
  }
}

/** The command line that repeats a run with the same files and options. */
export function commandLine(
  verb: string,
  {
    instance,
    restore = [],
    takeOver,
  }: { readonly instance?: string; readonly restore?: readonly string[]; readonly takeOver?: true },
  ...more: readonly string[]
): string {
  const options = [
    ...(instance === undefined ? [] : ['--instance', instance]),
    ...restore.flatMap((ref) => ['--restore', ref]),
    ...(takeOver ? ['--take-over'] : []),
  ]
  return ['herdbook', verb, ...options, ...more].map(shellWord).join(' ')
}

/** The texts of the files of the instance by name, long texts too. */
export async function textsOf({ folder }: Pick<InstanceFolder, 'folder'>): Promise<Map<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}

/** The texts of the files, for the frames of diagnostics; never of instance.yaml: it may hold a secret by mistake. */
export async function sourceOf(instanceFolder: Pick<InstanceFolder, 'folder'>): Promise<SourceOf> {
  const texts = await textsOf(instanceFolder)
  return (file) => (file === 'instance.yaml' ? undefined : texts.get(file))
}

/** Checks that a day is in the future. Throws (exit 9) for any other: what ends then would never begin. */
export function dayToCome(written: string, now: Date): string {
  const day = parseDay(written)
  if (day === undefined) return fail(EXIT.invalid, 'not-a-date', notADate(JSON.stringify(written)))
  return day > now ? written : fail(EXIT.invalid, 'until-passed', datePassed(written))
}
