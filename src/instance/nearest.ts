/** How many letters must be added, dropped, changed or swapped to make one word of the other. */
function distance(a: string, b: string): number {
  let previous: number[] = []
  let current = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const above = current
    current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const best = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      )
      current[column] = swapped ? Math.min(best, (previous[column - 2] ?? 0) + 1) : best
    }
    previous = above
  }
  return current[b.length] ?? 0
}

/** The one of `words` that was probably meant, where one is near enough. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '')
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const candidate of words) {
    const far = distance(plain(word), plain(candidate))
    if (far <= limit && far < (best?.distance ?? Infinity)) best = { word: candidate, distance: far }
  }
  return best?.word
}
