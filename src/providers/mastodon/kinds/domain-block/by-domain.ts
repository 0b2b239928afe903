/** Makes an index of rows by domain, once for a table. */
export function byDomain<One extends { readonly domain: string }>(): (
  rows: readonly One[],
) => ReadonlyMap<string, One> {
  const indexes = new WeakMap<readonly One[], ReadonlyMap<string, One>>()
  return (rows) => {
    const index = indexes.get(rows) ?? new Map(rows.map((row) => [row.domain, row]))
    indexes.set(rows, index)
    return index
  }
}
