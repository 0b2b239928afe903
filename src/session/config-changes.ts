import type { ConfigChanges } from '../words/config-changes.ts'
import type { Documents } from '../instance/documents.ts'
import { canonicalJson } from '../reconcile/digest.ts'

/** Herdbook's own settings: of the base, or of a proposal. */
export type BaseConfig = Pick<Documents, 'instance.yaml' | 'policy.yaml'>

/** Compares the settings. Of `instance.yaml` only the keys are named: it may hold a secret by mistake. */
export function editsOf(before: BaseConfig, after: BaseConfig): Omit<ConfigChanges, 'runs' | 'others'> {
  const connections = differences(before['instance.yaml'], after['instance.yaml'])
  const policy = differences(before['policy.yaml'], after['policy.yaml'])
  const discloses = ({ path }: ConfigDifference): boolean => path === 'show' || path.startsWith('show.')
  return {
    notUsed: [
      ...new Set([
        ...connections.map(({ path }) => `instance.yaml: ${path}`),
        ...policy.filter(discloses).map(({ path }) => `policy.yaml: ${path}`),
      ]),
    ],
    inForce: policy
      .filter((one) => !discloses(one))
      .map(({ path, before: was, after: is }) => ({ key: path, before: textOf(was), after: textOf(is) })),
  }
}

interface ConfigDifference {
  /** Such as `mastodon.api.url`. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

const textOf = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : canonicalJson(value)

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const isMap = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Compares two values by key, and lists by their removed and added items. */
function differences(before: unknown, after: unknown, path = ''): ConfigDifference[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return []
  if (Array.isArray(before ?? after) && Array.isArray(after ?? before))
    return changedItems(itemsOf(before), itemsOf(after), path)
  const [a, b] = [before ?? {}, after ?? {}]
  if (!isMap(a) || !isMap(b)) return [{ path, before, after }]
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return names.flatMap((name) => differences(a[name], b[name], path === '' ? name : `${path}.${name}`))
}

function changedItems(before: readonly unknown[], after: readonly unknown[], path: string): ConfigDifference[] {
  const lacking = (list: readonly unknown[], other: readonly unknown[]): unknown[] => {
    const there = new Set(other.map(canonicalJson))
    return list.filter((item) => !there.has(canonicalJson(item)))
  }
  const gone = lacking(before, after).map((item) => ({ path, before: item, after: undefined }))
  const come = lacking(after, before).map((item) => ({ path, before: undefined, after: item }))
  const moved = gone.length + come.length === 0 ? [{ path, before, after }] : []
  return [...gone, ...come, ...moved]
}
