import { KINDS } from '../../src/providers/kinds.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { renderPlan } from '../../src/terminal/plan.ts'
import { anyPlan } from '../support/plan-arbitrary.ts'
import { picture } from '../support/picture.ts'
import { SAMPLE } from '../support/plans.ts'

const draw = (plan: typeof SAMPLE): string =>
  picture(renderPlan(plan, { kinds: KINDS, colour: true, width: 100 }), 'herdbook plan')

describe('the picture of real output', () => {
  test('holds the words in their colours and nothing from elsewhere', () => {
    const svg = draw(SAMPLE)
    expect(svg).toContain('>Blocks</text>')
    expect(svg).toMatch(/fill="#ff7b72" font-weight="700"[^>]*>can't be undone</)
    expect(svg).not.toMatch(/href|url\(|@import|<script|<style/)
  })

  test('is well-formed whatever the names', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const svg = draw(plan)
        expect(svg.replaceAll(/<\/?(svg|rect|path|circle|g|text)\b[^<>]*>/g, '')).not.toMatch(/[<>]/)
        expect(svg.match(/<text/g)?.length).toBe(svg.match(/<\/text>/g)?.length)
        expect(svg).not.toMatch(/&(?!amp;|lt;|gt;)/)
      }),
      { numRuns: 50 },
    )
  })
})
