/** Ids of the recording and those of the server at hand, one to one, by the list that they are of. */
export interface Pairs {
  readonly ours: (list: string, recorded: string) => string
  readonly pair: (list: string, recorded: string, ours: string) => boolean
}

export function startPairs(): Pairs {
  const known = new Map<string, string>()
  const taken = new Map<string, string>()
  return {
    ours: (list, recorded) => known.get(`${list}/${recorded}`) ?? recorded,
    pair: (list, recorded, ours) => {
      const [there, here] = [`${list}/${recorded}`, `${list}/${ours}`]
      if (!known.has(there) && !taken.has(here)) {
        known.set(there, ours)
        taken.set(here, recorded)
      }
      return known.get(there) === ours && taken.get(here) === recorded
    },
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/
const DIGEST = /^[0-9a-f]{64}$/
const DAY = 86_400
/** How long a replay may take between what makes a block and what changes its end. */
const A_WHILE = 25_000

/** Where two answers differ, as sentences. Ids must pair up, times must be times; everything else must be equal. */
export function differences(
  recorded: unknown,
  ours: unknown,
  list: string,
  pairs: Pairs,
  at = 'body',
): readonly string[] {
  const differ = [`${at}: recorded ${JSON.stringify(recorded)}, ours ${JSON.stringify(ours)}`]
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    if (recorded.length !== ours.length) return [`${at}: recorded ${recorded.length} entries, ours ${ours.length}`]
    return recorded.flatMap((entry, index) => differences(entry, ours[index], list, pairs, `${at}[${index}]`))
  }
  if (isObject(recorded) && isObject(ours)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(ours)])]
    const inside = keys.flatMap((key) =>
      differences(recorded[key], ours[key], key === 'role' || key === 'roles' ? 'roles' : list, pairs, `${at}.${key}`),
    )
    const apart = Math.abs(lifetime(recorded) - lifetime(ours))
    return apart > A_WHILE ? [...inside, `${at}: ends ${apart / 1000} seconds apart from the recorded end`] : inside
  }
  if (typeof recorded !== 'string' || typeof ours !== 'string') return Object.is(recorded, ours) ? [] : differ
  if (at.endsWith('.id')) return pairs.pair(list, recorded, ours) ? [] : differ
  if (at.endsWith('.day')) return Number(ours) % DAY === 0 ? [] : differ
  if (at.endsWith('.uri')) return recorded.replace(/\d+$/, (id) => pairs.ours(list, id)) === ours ? [] : differ
  for (const shape of [TIME, DIGEST]) if (shape.test(recorded)) return shape.test(ours) ? [] : differ
  return recorded === ours ? [] : differ
}

/** How long after it was made something ends, in milliseconds; 0 where it does not. */
function lifetime({ created_at, expires_at }: Readonly<Record<string, unknown>>): number {
  return typeof created_at === 'string' && typeof expires_at === 'string'
    ? Date.parse(expires_at) - Date.parse(created_at)
    : 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
