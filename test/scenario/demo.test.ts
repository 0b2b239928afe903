import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { start } from '../support/cli.ts'
import { git } from '../support/git.ts'
import { leakIn } from '../support/leaks.ts'
import { regexOf } from '../support/regex-of.ts'

/** What is left when lines are folded at another width: the letters. */
const letters = (text: string): string => text.replaceAll(/\s/g, '')
const planIn = (act = ''): string => letters(act.split(/^\$ herdbook plan.*$/m)[1] ?? '')

const picturedIn = (svg: string): string => {
  const [, ...texts] = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text)
  return letters(texts.join('').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))
}

/** Where there is no terminal, nobody is there to press Ctrl-C: it must end by itself. */
describe('the demo, where there is no terminal', () => {
  it('tells its story by the real verbs, ends, and leaves the repository', async () => {
    const ran = await start(mkdtempSync(join(tmpdir(), 'herdbook-anywhere-')), ['demo'], {
      env: { CI: 'true', GITHUB_ACTIONS: 'true' },
    }).ran
    expect(ran.code, ran.out).toBe(0)
    const herd = /stays in (\S+)\. Its Mastodon/.exec(ran.stdout)?.[1] ?? ''

    const acts = ran.stdout.split(/^── \d {2}/m)
    expect(acts).toHaveLength(7)
    const [opening, proposal, apply, again, night, morning, why] = acts
    expect(opening).toContain('domain-blocks.yaml')
    expect(proposal).toMatch(
      regexOf(
        /\+ Blocks rustlers\.example {2}can't be undone\n +Removes 12 follows and 40 followers /,
        /of 10 members; the server knows 23 accounts from there; the file accepts that at most\s+63 are removed\./,
      ),
    )
    for (const line of [
      'Limits market-stall.example',
      'Gives Moderator to hazel',
      'Rewords the rule describe-pictures',
      'Changes the setting registrations_mode',
    ])
      expect(proposal).toContain(line)
    expect(proposal).toContain('+    accept_severed_relationships: 63')
    expect(apply).toContain('5 changes done and verified')
    expect(again).toContain('In sync')
    expect(night).toMatch(
      /Changed by hand[^]*domain-block\/newsbots\.example[^]*Added or changed by hand[^]*wolves\.example/,
    )
    expect(morning).toMatch(
      /\+ {2}- domain: wolves\.example[^]*Limits newsbots\.example.*undoes a change by hand[^]*In sync/,
    )
    expect(why).toMatch(/Applied by Clover[^]*Proposed by Clover/)

    expect(
      picturedIn(readFileSync(join(import.meta.dirname, '../../.github/plan.svg'), 'utf8')),
      'npm run picture',
    ).toBe(planIn(proposal))

    expect(ran.out).not.toContain('\u001b')
    const token = readFileSync(join(dirname(herd), 'token'), 'utf8')
      .trim()
      .split(' ')
      .slice(-1)
    expect(token[0]?.length).toBeGreaterThan(20)
    expect(leakIn(ran.out, token)).toBeUndefined()
    expect(ran.stderr).not.toMatch(/error|warning/)
    expect(git(herd, 'status', '--porcelain')).toBe('')
    expect(git(herd, 'log', '--format=%s')).toContain('Rustlers')
    rmSync(dirname(herd), { recursive: true })
    expect(existsSync(herd)).toBe(false)
  })
})
