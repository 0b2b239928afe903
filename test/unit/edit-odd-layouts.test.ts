import { expect, test } from 'vitest'
import { edit } from '../../src/instance/edit/edit.ts'
import { addItem } from '../support/edits.ts'

const NAME = 'domain-blocks.yaml'

const ODD: { readonly [what: string]: readonly [head: string, ...entries: string[]] } = {
  'a dash alone on its line': [
    'domain_blocks:\n',
    '  -\n    domain: a.example\n    severity: limit\n',
    '  -\n    domain: b.example\n    severity: limit\n',
  ],
  'values on the next line': [
    'domain_blocks:\n',
    '  - domain:\n      a.example\n    severity: limit\n',
    '  - domain:\n      b.example\n    severity: limit\n',
  ],
  'keys with a question mark': [
    'domain_blocks:\n',
    '  - ? domain\n    : a.example\n    severity: limit\n',
    '  - ? domain\n    : b.example\n    severity: limit\n',
  ],
  'quoted keys and values': [
    '"domain_blocks":\n',
    `  - 'domain': "a.example"\n    "severity": 'limit'\n`,
    `  - 'domain': "b.example"\n    "severity": 'limit'\n`,
  ],
  'blanks at the ends of lines': [
    'domain_blocks:  \n',
    '  - domain: a.example  \n    severity: limit\t\n',
    '  - domain: b.example  \n    severity: limit\t\n',
  ],
  'a start with a comment, a modeline, and a comment between key and list': [
    '--- # ours\n# vim: set ft=yaml:\ndomain_blocks:\n# column 0\n    # deeper\n',
    '  - domain: a.example\n    severity: limit\n',
    '  - domain: b.example\n    severity: limit\n',
  ],
  'literal texts of all kinds': [
    'domain_blocks:\n',
    '  - domain: a.example\n    severity: limit\n    public_comment: |+\n      # no comment\n\n      - domain: x\n\n',
    '  - domain: b.example\n    severity: limit\n    public_comment: |2-\n        in\n      # out\n',
    '  - domain: c.example\n    severity: limit\n    public_comment: >\n      folded\n      # text\n',
  ],
  'texts over several lines': [
    'domain_blocks:\n',
    '  - domain: a.example\n    severity: limit\n    public_comment: "in\n      quotes # no comment"\n',
    '  - domain: b.example\n    severity: limit\n    public_comment: plain\n      words\n',
  ],
  'comments that are long, or have line ends of other programs in them': [
    'domain_blocks:\n',
    '  - domain: c.example\n    severity: limit\n',
    `  # ${'x'.repeat(20_000)}\n  - domain: a.example\n    severity: limit\n`,
    '  # a\u0085- domain: x\u2028- domain: y\n  - domain: b.example\n    severity: limit\n',
  ],
  'names in letters of their own': [
    'domain_blocks:\n',
    '  - domain: mu\u0308nchen.example\n    severity: limit\n',
    '  - domain: I❤.example\n    severity: limit\n',
    '  - domain: 日本語.example # 日本\n    severity: limit\n',
  ],
  'names for values elsewhere': [
    'x: &x 1\ny: *x\ndomain_blocks:\n',
    '  - domain: &a a.example\n    severity: limit\n',
    '  - domain: b.example\n    severity: &s limit\n',
  ],
}

test.each(Object.entries(ODD))('%s stay byte for byte around an edit', (_what, [head, ...entries]) => {
  for (const tail of ['', '# the end\n', 'emptied: |+\n  # text\n\n', '...\n# after\n']) {
    const text = head + entries.join('') + tail
    for (const [at, entry] of entries.entries()) {
      expect(edit(NAME, text, [{ op: 'remove', path: ['domain_blocks', at] }])).toBe(
        head + entries.filter((_, index) => index !== at).join('') + tail,
      )
      const set = edit(NAME, text, [{ op: 'set', path: ['domain_blocks', at, 'obfuscate'], value: true }])
      expect(set.replace('    obfuscate: true\n', '')).toBe(text)
      expect(edit(NAME, text, [{ op: 'set', path: ['domain_blocks', at, 'severity'], value: 'suspend' }])).toBe(
        text.replace(entry, entry.replace('limit', 'suspend')),
      )
    }
    expect(
      addItem(NAME, text, 'domain_blocks', { domain: 'n.example', severity: 'limit' }).replace(
        / {2}-\s+["']?domain["']?: ["']?n\.example["']?\n {4}["']?severity["']?: ["']?limit["']?\n/,
        '',
      ),
    ).toBe(text)
  }
})
