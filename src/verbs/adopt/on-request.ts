import { Option } from '@commander-js/extra-typings'
import type { DescribedKind } from '../../providers/described.ts'
import { KINDS } from '../../providers/kinds.ts'

/** The kinds that are taken over only when asked for. */
export const ON_REQUEST: readonly DescribedKind[] = KINDS.filter(({ adopt }) => adopt.onRequest !== undefined)

/** The option that asks for a kind: of `ip-blocks.yaml`, it is `--ip-blocks`. */
export const optionFor = ({ shape }: DescribedKind): string => `--${shape.file.replace('.yaml', '')}`

/** The options, each with the name of its kind. */
export const optionsOnRequest = (): ReadonlyMap<string, Option> =>
  new Map(ON_REQUEST.map((kind) => [kind.name, new Option(optionFor(kind), kind.adopt.onRequest)]))
