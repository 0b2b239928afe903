import type { Units } from './escapes.ts'
import { formsOf, SHORTEST } from './encodings.ts'
import { bare, alphanumeric, viewsOf } from './unescaped-views.ts'

/** Finds secrets in texts, in any encoding. */
export interface SecretWatch {
  readonly hold: (secret: string) => void
  readonly finds: (text: string) => boolean
}

/** Letters and digits alone: shorter text could be there by chance. */
const SHORTEST_ALPHANUMERIC = 16

/** Searches each view of a text once for all secrets; the time grows with the text alone. */
export function openLeakScanner(): SecretWatch {
  const [written, stripped] = [needles(SHORTEST), needles(SHORTEST_ALPHANUMERIC)]
  return {
    hold: (secret) => {
      for (const form of new Set(formsOf(secret))) {
        written.add(bare(form))
        stripped.add(alphanumeric(bare(form)))
      }
    },
    finds: (text) =>
      !written.isEmpty() && viewsOf(text).some((view) => written.isIn(view) || stripped.isIn(alphanumeric(view))),
  }
}

/** What is searched for, by the hash of its first characters. */
interface Needles {
  /** Leaves out a needle that is too short. */
  readonly add: (needle: Units) => void
  readonly isEmpty: () => boolean
  readonly isIn: (text: Units) => boolean
}

/** A rolling hash over eight characters (Rabin and Karp). */
const BASE = 31
const FALLEN = Math.trunc(BASE ** SHORTEST % 2 ** 32) | 0
const PLACES = 2 ** 16

function needles(shortest: number): Needles {
  const byStart = new Map<number, Units[]>()
  // Most hashes belong to no needle: one byte says so.
  const taken = new Uint8Array(PLACES)
  return {
    isEmpty: () => byStart.size === 0,
    add: (needle) => {
      if (needle.length < shortest) return
      const start = startOf(needle)
      const others = byStart.get(start) ?? []
      taken[start & (PLACES - 1)] = 1
      // A needle that begins with another one is found by that one.
      if (!others.some((other) => standsAt(needle, 0, other)))
        byStart.set(start, [...others.filter((other) => !standsAt(other, 0, needle)), needle])
    },
    isIn: (text) => {
      if (byStart.size === 0 || text.length < shortest) return false
      let start = startOf(text)
      for (let at = 0; ; at += 1) {
        if (
          taken[start & (PLACES - 1)] === 1 &&
          byStart.get(start)?.some((needle) => standsAt(text, at, needle)) === true
        )
          return true
        if (at + SHORTEST >= text.length) return false
        start = (Math.imul(start, BASE) + (text[at + SHORTEST] ?? 0) - Math.imul(text[at] ?? 0, FALLEN)) | 0
      }
    },
  }
}

function startOf(text: Units): number {
  let start = 0
  for (let at = 0; at < SHORTEST; at += 1) start = (Math.imul(start, BASE) + (text[at] ?? 0)) | 0
  return start
}

const standsAt = (text: Units, at: number, needle: Units): boolean =>
  at + needle.length <= text.length && needle.every((unit, i) => text[at + i] === unit)
