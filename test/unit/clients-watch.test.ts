import { describe, expect, it } from 'vitest'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { code } from '../../src/comments/markdown.ts'
import { layout, paragraph } from '../../src/words/layout.ts'
import { leakIn, written } from '../support/leaks.ts'

const SECRET = `Zk9_q-"7<tR&x'2v 8Lm%Qw/3+Yb=Hn4Jc5Ps6`

const held = () => {
  const secrets = openSecrets({})
  secrets.hold(SECRET)
  return secrets
}

describe('a secret', () => {
  it.each(Object.entries(written(SECRET)))('is noticed %s, wherever it stands', (_how, text) => {
    for (const around of [
      text,
      `see ${text}.`,
      `"${text}"`,
      JSON.stringify({ comment: text }),
      encodeURIComponent(text),
      `<p>${text}</p>`,
    ]) {
      expect(leakIn(around, [SECRET])).toBeDefined()
      expect(() => held().abortOnSecret(around), around).toThrow('Herdbook was about to show or write')
    }
  })

  it('is noticed folded to the width of a terminal, coloured, and as the code of a comment', () => {
    for (const width of [24, 30, 40, 79]) {
      const folded = layout([paragraph(4, `The comment ${SECRET.replaceAll(' ', '')} was changed`)], {
        colour: true,
        width,
      })
      const secrets = openSecrets({})
      secrets.hold(SECRET.replaceAll(' ', ''))
      expect(() => secrets.abortOnSecret(folded)).toThrow()
    }
    expect(() => held().abortOnSecret(code(`| ${SECRET}`))).toThrow()
  })

  it('lets everything else pass as it is, a few of its signs too', () => {
    for (const text of ['', 'In sync.', SECRET.slice(0, 12), '%zz &#x110000; \\u12', 'x'.repeat(100_000)])
      expect(held().abortOnSecret(text)).toBe(text)
  })
})
