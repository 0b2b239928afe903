import { KINDS } from '../../src/providers/kinds.ts'
import { describe, expect, it } from 'vitest'
import { unescaped } from '../../src/redaction/escapes.ts'
import { cursorIn } from '../../src/forges/github/api.ts'
import { reasonOf } from '../../src/git/git.ts'
import { parseTrailers } from '../../src/git/refs.ts'
import { normalizeAddress } from '../../src/instance/addresses.ts'
import { readAnswers } from '../../src/forges/form-answers.ts'
import { readBlockList } from '../../src/instance/import/read.ts'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { bothForms, displayDomain, isPublicSuffix, normalizeDomain, parentsOf } from '../../src/instance/domains.ts'
import { edit } from '../../src/instance/edit/edit.ts'
import { addItem, removeItem, setField } from '../support/edits.ts'
import { keyFrom } from '../../src/instance/edit/objects.ts'
import { nearest } from '../../src/instance/nearest.ts'
import { parseYaml } from '../../src/instance/yaml/parse.ts'
import { setting } from '../../src/providers/mastodon/kinds/setting/kind.ts'
import type { DigestForm } from '../../src/reconcile/values.ts'
import { excerptOf } from '../../src/reconcile/ledger/history.ts'
import { parseMarks } from '../../src/reconcile/approval-marks.ts'
import type { Tables } from '../../src/providers/mastodon/tables.ts'
import { showsPlanOf } from '../../src/comments/plan.ts'
import { code, fence, link, prose } from '../../src/comments/markdown.ts'
import { inline, steady } from '../../src/redaction/neutralise.ts'
import { carriedOver, dueTicks, hasProposals, parseTicks, proposedIn } from '../../src/comments/checkboxes.ts'
import { tooDear } from '../support/cpu.ts'
import { issueOf } from '../support/forms.ts'
import { NASTY, nasty } from '../support/nasty.ts'
import { sealingWith } from '../support/sealing.ts'

/** What cannot be read is refused, and that is no cost. */
function tried(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof HerdbookError)) throw error
  }
}

const BOX = '- [ ] **Adopt** it <!-- adopt rule/be-kind -->'
const SEALING = sealingWith(Buffer.from('a key of tests'))
const ALL: ReadonlySet<DigestForm> = new Set<DigestForm>([1, 2])
const quoted = (text: string): string => JSON.stringify(text.toWellFormed())
const blockList = (text: string): string =>
  'domain_blocks:\n  - domain: a.example\n    severity: none\n' +
  `    public_comment: ${quoted(text)}\n  - domain: b.example\n    severity: none\n`
/** Each of its lines as a line of YAML that is somebody's words. */
const folded = (text: string): string =>
  `rules:\n  - key: a\n    text: |\n${text
    .split(/[\r\n]/)
    .map((line) => `      x${line}`)
    .join('\n')}\n  - key: b\n    text: b\n`
const asSetting = (value: string): Tables =>
  ({
    settings: {
      state: 'complete',
      rows: [{ var: 'custom_css', value, updated_at: null }],
      connection: 'database',
      requests: 1,
    },
  }) as unknown as Tables
const HINTS = { desired: [] } as unknown as Parameters<typeof setting.read>[1]

/** By what reads it: the text alone, or where such a text stands. */
const READERS: { readonly [reader: string]: (text: string) => void } = {
  addresses: (text) => void [text, `10.0.0.0/${text}`, `${text}/8`, `::ffff:${text}`].map(normalizeAddress),
  domains: (text) =>
    void [
      normalizeDomain(text),
      normalizeDomain(`${text}.example`),
      displayDomain(`xn--${text}`),
      bothForms(`xn--a.${text}`),
      isPublicSuffix(text),
    ],
  'the domains above': (text) => void parentsOf(text.slice(0, 2_000)),
  answers: (text) => {
    for (const body of [text, issueOf('rule', { text, why: text }), issueOf('block', { domain: text, why: text })])
      tried(() => readAnswers(body))
  },
  lists: (text) => {
    for (const list of [
      text,
      `#domain,#severity\n${text},suspend\n`,
      `#domain,#severity,#public_comment\na.example,suspend,"${text.replaceAll('"', '""')}"\n`,
    ])
      readBlockList(Buffer.from(list), { file: 'list.csv', defaultSeverity: 'suspend' })
  },
  YAML: (text) =>
    void [
      text,
      `rules: ${text}`,
      blockList(text),
      folded(text),
      `rules:\n  - key: a\n    # ${text}\n    text: a\n`,
    ].map((yaml) => parseYaml('rules.yaml', yaml)),
  'edits of a file': (text) => {
    const list = blockList(text)
    tried(() =>
      addItem(
        'domain-blocks.yaml',
        list,
        'domain_blocks',
        { domain: 'c.example', severity: 'none', public_comment: text.toWellFormed() },
        (item) => JSON.stringify(item),
      ),
    )
    tried(() =>
      removeItem('domain-blocks.yaml', list, 'domain_blocks', (item) => JSON.stringify(item).includes('b.example')),
    )
    tried(() => setField('domain-blocks.yaml', list, ['domain_blocks', 1, 'public_comment'], text.toWellFormed()))
    tried(() => edit('rules.yaml', folded(text), [{ op: 'order', list: ['rules'], order: [1, 0] }]))
  },
  'keys of rules': (text) => void keyFrom(text, new Set(['rule']), 'rule'),
  'names that were meant': (text) => void nearest(text, ['domain-blocks', 'rules', 'settings']),
  settings: (text) => {
    for (const value of [
      text,
      `--- ${quoted(text)}`,
      `--- |\n${text
        .split('\n')
        .map((line) => `  ${line}`)
        .join('\n')}`,
      `--- ${text}`,
    ])
      tried(() => setting.read(asSetting(value), HINTS))
  },
  history: (text) =>
    void [text, blockList(text), folded(text), `- ${text}: 'x`, `- domain: "${text}`].map((yaml) =>
      excerptOf(['a.example', 'b'])(yaml),
    ),
  trailers: (text) => void [parseTrailers(text.split('\n')), parseTrailers([`Asked-By: ${text}`, `${text}: x`])],
  'errors of Git': (text) => void [text, `fatal: ${text}`, `https://${text}`, `a://${text}@b`].map(reasonOf),
  'pages of GitHub': (text) =>
    void [text, `<${text}>; rel="prev", `, `<https://a.example/?x=${text}>;${text}`].map((header) =>
      tried(() => cursorIn(header)),
    ),
  'code and sentences': (text) =>
    void [
      code(text),
      prose(text),
      fence([text], 'diff'),
      link('x', `https://a.example/${text}`),
      inline(text),
      steady(text),
    ],
  boxes: (text) => {
    const [before, after] = [
      `${BOX}\n${text}\n- [ ] ${text} <!-- adopt rule/${text} -->`,
      `${BOX.replace('[ ]', '[x]')}\n${text}\n- [x] ${text} <!-- adopt rule/${text} -->`,
    ]
    const ticks = parseTicks(before, after, KINDS)
    void [
      dueTicks({ before, after, now: after }, KINDS),
      hasProposals(`${before} <!-- proposed=1 -->${text}`),
      proposedIn(after, ticks, 7, KINDS),
      carriedOver(before, after, () => true, KINDS),
    ]
  },
  'comments of ours': (text) => {
    const planned = { pullRequest: 1, head: 'a'.repeat(40) }
    for (const body of [
      text,
      `<!-- herdbook:production -->\n<!-- herdbook-plan v1 head=${text}`,
      `<sub>${text} · commit`,
      `x\n<!-- herdbook-approvals v2 seal=${'0'.repeat(32)} groups=0 names=${text} -->`,
      `${text}\n<!-- herdbook-approvals v2 ${text} -->`,
    ]) {
      parseMarks(body, planned, SEALING, ALL)
      showsPlanOf(body, planned.head)
    }
  },
  escapes: (text) => void unescaped(Uint16Array.from(text, (unit) => unit.charCodeAt(0))),
}

/** A node of YAML or a row that is wrong takes its time, whoever wrote it: of these only the growth is held. */
const HEAVY: ReadonlySet<string> = new Set(['lists', 'YAML', 'settings', 'edits of a file'])

describe.each(Object.entries(READERS))('%s', (reader, read) => {
  it('of any nasty text cost no more than it is long', { timeout: 300_000 }, () => {
    const dear = NASTY.flatMap((kind) => {
      const cost = HEAVY.has(reader)
        ? tooDear((length) => nasty(kind, length), read, 20_000)
        : tooDear((length) => nasty(kind, length), read, 75_000, 5)
      return cost === null
        ? []
        : [`${kind}: ${cost.seconds.toFixed(2)} s, ${cost.times.toFixed(1)} times that of a quarter`]
    })
    expect(dear).toEqual([])
  })
})
