import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fields } from '../../src/instance/values.ts'
import type { Step } from '../../src/reconcile/plan/types.ts'
import { renderDone, renderNotices, type NoticePost } from '../../src/comments/mastodon-post.ts'
import { step as stepOf } from '../support/plans.ts'

const block = (id: string, target: Fields, seen: Fields = {}): Step =>
  stepOf('domain-block', id, { action: Object.keys(target).length === 0 ? 'delete' : 'create', target, seen })
const said = (...steps: Step[]): string => renderDone(steps, 'herd.example') ?? 'nothing'

describe('what members are told', () => {
  test.each([
    [block('a.example', { severity: 'suspend', public_comment: 'Spam' }), '• a.example is suspended: Spam'],
    [block('a.example', { severity: 'silence' }, { severity: 'suspend' }), '• a.example is limited'],
    [block('a.example', { severity: 'noop', reject_media: true }), '• a.example is shown without pictures and videos'],
    [block('a.example', {}, { severity: 'silence', public_comment: 'Old' }), '• a.example is no longer limited'],
    [
      block('a.example', { severity: 'noop' }, { severity: 'noop', reject_media: true }),
      '• a.example is no longer shown without pictures and videos',
    ],
    [block('xn--mnchen-3ya.example', { severity: 'suspend' }), '• münchen.example is suspended'],
  ])('%#', (step, line) => {
    expect(said(step).split('\n')).toContain(line)
  })

  test('is nothing where they would notice nothing', () => {
    expect(said()).toBe('nothing')
    expect(said(block('a.example', { severity: 'noop', reject_reports: true }))).toBe('nothing')
    expect(
      said(block('a.example', { severity: 'suspend', public_comment: 'New words' }, { severity: 'suspend' })),
    ).toBe('nothing')
  })

  test('names no obfuscated domain in clear, neither when it is blocked nor when that ends, nor beforehand', () => {
    const hidden = { severity: 'suspend', obfuscate: true }
    for (const text of [
      said(block('doxing.example', hidden)),
      said(block('doxing.example', {}, hidden)),
      ...renderNotices([block('doxing.example', hidden)], 'herd.example', '2026-12-24').map(({ text }) => text),
    ]) {
      expect(text).toContain('doxi**.****ple')
      expect(text).not.toContain('doxing')
    }
  })

  test('holds no private comment', () => {
    expect(said(block('a.example', { severity: 'suspend', private_comment: 'A member told us' }))).not.toContain(
      'member',
    )
  })

  test('fits a post, whatever it has to say, and counts what is left out', () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      block(`server-${n}.example`, { severity: 'suspend', public_comment: 'Spam '.repeat(100) }),
    )
    expect(said(...many).length).toBeLessThanOrEqual(500)
    expect(said(...many)).toMatch(/… and 29\d more$/)
  })

  test('of what is to come names every server, in no more than five posts a run', () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      block(`${n === 7 ? 'long.'.repeat(45) : ''}server-${n}.example`, {
        severity: 'suspend',
        public_comment: n % 2 === 0 ? 'Spam '.repeat(100) : '',
      }),
    )
    const runs: (readonly NoticePost[])[] = []
    for (let left = many; left.length > 0; left = left.slice(runs.at(-1)?.flatMap(({ steps }) => steps).length))
      runs.push(renderNotices(left, 'herd.example', '2026-12-24'))
    const notices = runs.flat()
    expect(notices.flatMap(({ steps }) => steps)).toEqual(many)
    expect(runs.slice(0, -1).map((posts) => posts.length)).toEqual(runs.slice(0, -1).map(() => 5))
    expect(runs.length).toBeGreaterThan(2)
    for (const { text, steps } of notices) {
      expect(text.length).toBeLessThanOrEqual(500)
      expect(text).toMatch(/^From 2026-12-24 on[^]*forever\.$/)
      for (const { id } of steps) expect(text).toContain(id)
    }
    expect(notices.length).toBeLessThan(many.length / 2)
    expect(renderNotices([], 'herd.example', '2026-12-24')).toEqual([])
  })

  test('mentions, links and tags nothing, whatever a comment says', () => {
    const hostile = fc
      .array(
        fc.constantFrom(
          '@alice',
          '@alice@bad.example',
          '#spam',
          '＃spam',
          'https://bad.example',
          'magnet:?xt=1',
          'xmpp:a',
          ':blob:',
          '\n',
          '\u202E',
          ' ',
          'text',
        ),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(hostile, (comment) => {
        const text =
          said(block('a.example', { severity: 'suspend', public_comment: comment })).split(
            '• a.example is suspended',
          )[1] ?? ''
        expect(text).not.toMatch(/[@＠#＃]\w|:\/\/|:[?\w]|[\n\u202E]/u)
      }),
    )
  })
})
