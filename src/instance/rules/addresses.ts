import { normalizeAddress } from '../addresses.ts'
import { duplicates, error, rows } from './rule.ts'
import type { Rule } from './rule.ts'

const FILE = 'ip-blocks.yaml'

/** IP blocks name addresses, each once, and none keeps everybody out. */
export const addresses: Rule = function* ({ documents, at }) {
  const taken = []
  for (const [{ ip, severity }, index] of rows(documents[FILE]?.ip_blocks)) {
    const place = () => at(FILE, ['ip_blocks', index, 'ip'])
    const name = normalizeAddress(ip)
    if ('refused' in name) {
      yield error('not-an-address', `${ip} can not be blocked: ${name.refused}`, place(), 'Write it like 203.0.113.7 or 203.0.113.0/24.')
      continue
    }
    if (severity === 'no_access' && name.address.endsWith('/0'))
      yield error('blocks-everyone', `${ip} with no_access keeps everybody out, you too`, place(), 'Name the network that is meant.')
    taken.push({ name: name.address, shown: ip, at: place })
  }
  yield* duplicates(taken, 'the address')
}
