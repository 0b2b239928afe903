import { stripVTControlCharacters } from 'node:util'

/** Finds secrets in texts, however they are written there. */
export interface Watch {
  readonly hold: (secret: string) => void
  readonly finds: (text: string) => boolean
}

/** Too short to be told from ordinary text. */
const SHORTEST = 8
/** A secret of one long word is found by any piece of nineteen signs: what is cut or folded is a leak, too. */
const PIECE = { of: 32, length: 16, step: 4 }

export function openWatch(): Watch {
  const needles = new Set<string>()
  return {
    hold: (secret) => {
      for (const form of partsOf(secret).flatMap(formsOf).map(bare)) if (form.length >= SHORTEST) needles.add(form)
    },
    finds: (text) => needles.size > 0 && viewsOf(text).some((view) => needles.values().some((needle) => view.includes(needle))),
  }
}

/** A key of many lines leaks by any of its lines. The server that a secret is for, stored in front of it, is no secret. */
function partsOf(secret: string): string[] {
  const lines = secret.split(/\s+/).filter((line) => line.length >= 16 && !/^(-+[A-Z]*-*$|https?:\/\/|SHA256:)/.test(line))
  return [secret.trim(), ...lines]
}

/** The secret as it could be written: plain, reversed, in pieces, hexadecimal, base64 at every alignment, escaped as little as may be. What is escaped more is found without its escapes. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8')
  const hex = bytes.toString('hex')
  // the first and last characters of base64 depend on what stands beside the secret
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '')
    return text.slice(shift === 0 ? 0 : shift + 1, -1)
  })
  const escaped = [encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)]
  return [secret, ...piecesOf(secret), ...escaped, Array.from(secret).toReversed().join(''), hex, hex.toUpperCase(), ...base64, ...base64.map(urlSafe)]
}

function piecesOf(secret: string): string[] {
  if (secret.length < PIECE.of || /\s/.test(secret)) return []
  return Array.from({ length: Math.floor((secret.length - PIECE.length) / PIECE.step) + 1 }, (_, i) => secret.slice(i * PIECE.step, i * PIECE.step + PIECE.length))
}

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_')

const ESCAPES = /&#(?<decimal>\d{1,7});|(?:&#x(?<entity>[0-9a-f]{1,6});|%(?<byte>[0-7][0-9a-f])|\\u(?<unit>[0-9a-f]{4}))|&(?<name>quot|lt|gt|amp|apos);|\\(?<sign>["\\/])/gi
const NAMED: { readonly [name: string]: string } = { quot: '"', lt: '<', gt: '>', amp: '&', apos: "'" }
/** What was escaped was perhaps escaped before. */
const ROUNDS = 3

/** A text as it is and without its escapes of JSON, HTML and web addresses, once and again. */
function* viewsOf(text: string): Generator<string> {
  let view = bare(text)
  yield view
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = view.replace(ESCAPES, (...found) => charOf(found.at(-1)))
    if (next === view) return
    view = bare(next)
    yield view
  }
}

/** Without what folds and colours a text. */
const bare = (text: string): string => stripVTControlCharacters(text).replaceAll(/\s+/g, '')

function charOf({ decimal, entity, byte, unit, name, sign }: { readonly [group: string]: string | undefined }): string {
  const point = decimal === undefined ? Number.parseInt(entity ?? byte ?? unit ?? '', 16) : Number(decimal)
  if (point <= 0x10ffff) return String.fromCodePoint(point)
  return sign ?? NAMED[(name ?? '').toLowerCase()] ?? ''
}
