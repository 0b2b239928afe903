/** What everybody may keep for a while. */
export const CACHED = { 'cache-control': 'max-age=300, public, stale-while-revalidate=30, stale-if-error=86400' }

/** Paragraphs only: nobody but people reads what the server renders. */
export function markdown(source: string): string {
  const escaped = source.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').trim()
  return escaped === ''
    ? ''
    : escaped
        .split(/\n{2,}/)
        .map((paragraph) => `<p>${paragraph}</p>\n`)
        .join('\n')
}
