import { stripVTControlCharacters } from 'node:util'

/** How much of a secret may stand in a text: less is no use to anybody, and more is a leak. */
const PIECE = 20

/**
 * What of a secret a text gives away, in whatever form: plain, base64 at any offset, hexadecimal; in JSON, a web
 * address or HTML; folded, coloured or cut.
 * Answers the piece that was found. Written without a look at how Herdbook itself finds them.
 */
export function leakIn(text: string, secrets: readonly string[]): string | undefined {
  const views = [text, decoded(text), decoded(decoded(text))].flatMap((view) => [view, bare(view)])
  return secrets.flatMap(pieces).find((piece) => views.some((view) => view.includes(piece)))
}

const bare = (text: string): string => stripVTControlCharacters(text).replaceAll(/[\s│]/g, '')

/** What a browser, a JSON parser or a web server would make of it. */
function decoded(text: string): string {
  const char = (code: string, base: number): string => String.fromCodePoint(Number.parseInt(code, base))
  return text
    .replaceAll(/\\(["\\/])/g, '$1')
    .replaceAll(/&#(\d+);/g, (_, code: string) => char(code, 10))
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, code: string) => char(code, 16))
    .replaceAll(/%([0-7][0-9a-f])/gi, (_, code: string) => char(code, 16))
    .replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => char(code, 16))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function pieces(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // What the neighbours of a secret have a part in says nothing of it.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : shift + 1, -1),
  )
  const forms = [
    secret,
    bare(secret),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ]
  return [
    ...new Set(
      forms.flatMap((form) =>
        Array.from({ length: Math.max(1, form.length - PIECE + 1) }, (_, i) => form.slice(i, i + PIECE)),
      ),
    ),
  ]
}

/** The same secret as somebody could have written it. */
export function written(secret: string): { readonly [how: string]: string } {
  const bytes = Buffer.from(secret)
  const entities = Array.from(secret, (one) => `&#${one.codePointAt(0) ?? 0};`).join('')
  return {
    plain: secret,
    'base64 at the first offset': bytes.toString('base64'),
    'base64 at the second offset': Buffer.from(`:${secret}`).toString('base64'),
    'base64 at the third offset': Buffer.from(`x:${secret}`).toString('base64'),
    'base64 for URLs': bytes.toString('base64url'),
    hexadecimal: bytes.toString('hex'),
    'capital hexadecimal': bytes.toString('hex').toUpperCase(),
    'for a URL': encodeURIComponent(secret),
    'every sign for a URL': Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    'in JSON': JSON.stringify(secret),
    'every sign in JSON': Array.from(
      secret,
      (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    ).join(''),
    'in HTML': secret
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;'),
    'every sign in HTML': entities,
    'with a cut before its end': `${secret.slice(0, -4)}…`,
  }
}
