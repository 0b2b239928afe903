import { describe, expect, it } from 'vitest'
import { excerptOf } from '../../src/reconcile/ledger/history.ts'

const A = '  - domain: a.example   # spam\n    severity: limit\n'
const B = '  - domain: "b.example"\n    # a note\n    severity: suspend\n    public_comment: see a.example\n'

describe('the lines of one object', () => {
  it.each<[string, string, string, string | null]>([
    ['an item of a list', `domain_blocks:\n${B}${A}`, 'a.example', A.trimEnd()],
    ['not where another item mentions it', `domain_blocks:\n${B}`, 'a.example', null],
    [
      'quoted',
      `domain_blocks:\n${A}${B}`,
      'b.example',
      '  - domain: "b.example"\n    severity: suspend\n    public_comment: see a.example',
    ],
    [
      'named on a later line of its item',
      'blocks:\n- severity: limit\n  domain: a.example\n- domain: c\n',
      'a.example',
      '- severity: limit\n  domain: a.example',
    ],
    [
      'an entry of a map',
      'settings:\n  site_title: Herd\n  about: { file: about.md }\n',
      'site_title',
      '  site_title: Herd',
    ],
    [
      'an entry with a block under it',
      'site_title: |\n  Herd\n  of all\nnext: 1\n',
      'site_title',
      'site_title: |\n  Herd\n  of all',
    ],
    [
      'with other lists inside',
      'rules:\n  - key: kind\n    translations:\n      - language: de\n        text: Nett\n  - key: other\n',
      'kind',
      '  - key: kind\n    translations:\n      - language: de\n        text: Nett',
    ],
    ['a bare item', 'protected:\n  - a.example\n  - b.example\n', 'b.example', '  - b.example'],
    ['nothing', '', 'a.example', null],
    ['a first line that is blank', '\n- domain: a.example\n', 'a.example', '- domain: a.example'],
    [
      'named in a comment before it',
      '# a.example\n- domain: b\n- domain: a.example # a.example\n',
      'a.example',
      '- domain: a.example # a.example',
    ],
    ['of no name', 'a: 1\n', '', null],
    ['of a name of two lines', 'x\ny: 1\n', '\ny', null],
  ])('%s', (_, text, name, wanted) => {
    expect(excerptOf([name])(text)).toBe(wanted)
  })
})
