import type { DatabaseSession } from '../database.ts'
import { PUBLIC_URL } from '../http.ts'

/** What everybody may keep for a while. */
export const CACHED = { 'cache-control': 'max-age=300, public, stale-while-revalidate=30, stale-if-error=86400' }

/** Paragraphs only: nobody but people reads what the server renders. */
export function markdown(source: string): string {
  const escaped = escapedHtml(source).trim()
  return escaped === ''
    ? ''
    : escaped
        .split(/\n{2,}/)
        .map((paragraph) => `<p>${paragraph}</p>\n`)
        .join('\n')
}

const escapedHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

interface Mention {
  readonly id: string
  readonly username: string
  readonly url: string
  readonly acct: string
}

interface Rendered {
  readonly content: string
  readonly mentions: readonly Mention[]
  readonly tags: readonly { readonly name: string; readonly url: string }[]
}

/** An announcement as members read it, with links for members and hashtags. */
export async function announcementHtml(session: DatabaseSession, text: string): Promise<Rendered> {
  const names = [...text.matchAll(/(?<=^|\s)@(\w+)/g)].map(([, name = '']) => name)
  const people = await session.query<{ readonly id: string; readonly username: string }>(
    'select id::text, username from accounts where domain is null and username = any($1) order by id',
    [names],
  )
  const mentions = people.map(({ id, username }) => ({
    id,
    username,
    url: `${PUBLIC_URL}/@${username}`,
    acct: username,
  }))
  const tags = [...new Set([...text.matchAll(/(?<=^|\s)#(\w+)/g)].map(([, name = '']) => name))].map((name) => ({
    name,
    url: `${PUBLIC_URL}/tags/${name}`,
  }))
  const linked = escapedHtml(text.trim())
    .replaceAll(/(?<=^|\s)@(\w+)/g, (written, name: string) => {
      const found = mentions.find(({ username }) => username === name)
      const link = `<a href="${found?.url}" class="u-url mention">@<span>${name}</span></a>`
      return found === undefined ? written : `<span class="h-card" translate="no">${link}</span>`
    })
    .replaceAll(/(?<=^|\s)#(\w+)/g, (_, name: string) => {
      const link = `${PUBLIC_URL}/tags/${name}`
      return `<a href="${link}" class="mention hashtag" rel="tag">#<span>${name}</span></a>`
    })
  const paragraphs = linked.split(/\n{2,}/).map((one) => `<p>${one.replaceAll('\n', '<br />')}</p>`)
  return { content: paragraphs.join(''), mentions, tags }
}
