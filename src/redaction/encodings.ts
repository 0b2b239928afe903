/** A shorter secret looks like ordinary text. */
export const SHORTEST = 8
/** A long secret is found by any nineteen of its characters: a part of it is a leak, too. */
const PIECE = { of: 32, length: 16, step: 4 }

/** The forms in which a secret could be written, whole and in parts. Escapes and line breaks are removed elsewhere. */
export function formsOf(secret: string): string[] {
  return partsOf(secret).flatMap((part) => [
    ...encoded(part),
    ...piecesOf(part).flatMap(encoded),
    Array.from(part).toReversed().join(''),
    ...escaped(part),
  ])
}

/** Any line of a key is a secret. The server in front of a secret, which says what it is for, is none. */
function partsOf(secret: string): string[] {
  const lines = secret
    .split(/\s+/)
    .filter((line) => line.length >= 16 && !/^(-+(?:[A-Z]+-*)?$|https?:\/\/|SHA256:)/.test(line))
  return [...new Set([secret.trim(), ...lines])]
}

function piecesOf(secret: string): string[] {
  if (secret.length < PIECE.of || /\s/.test(secret)) return []
  return Array.from({ length: Math.floor((secret.length - PIECE.length) / PIECE.step) + 1 }, (_, i) =>
    secret.slice(i * PIECE.step, i * PIECE.step + PIECE.length),
  )
}

/** Plain, hexadecimal, the bytes as numbers as Node writes them, and base64 at every alignment. */
function encoded(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8')
  // the first and last characters of base64 depend on the text beside the secret
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/={1,2}$/, '')
    return whole.slice(shift === 0 ? 0 : shift + 1, -1)
  })
  return [
    text,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.join(','),
    ...base64,
    ...base64.map(urlSafe),
  ]
}

/** With the fewest escapes. */
const escaped = (secret: string): string[] => [
  encodeURIComponent(secret),
  encodeURI(secret),
  JSON.stringify(secret).slice(1, -1),
]

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_')
