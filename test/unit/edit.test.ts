import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { edit } from '../../src/instance/edit/edit.ts'
import { editObjects, addItem, removeField, removeItem, setField, setMapEntry } from '../support/edits.ts'

const NAME = 'domain-blocks.yaml'
const LIST = `# yaml-language-server: $schema=../schema/domain-blocks.schema.json
domain_blocks:
  # --- Suspended ---
  - domain: alpha.example   # the first
    severity: suspend

  # talked over in May
  # and in June
  - domain: beta.example
    severity: limit
    public_comment: "Loud"
    # asked them twice

  - { domain: delta.example, severity: none }
  # - domain: maybe.example
`
const domainOf = (item: unknown): string => String((item as { domain: string }).domain)
const is = (domain: string) => (item: unknown) => domainOf(item) === domain

test('an item goes into its sorted place, spaced and quoted as its neighbours are', () => {
  const added = addItem(
    NAME,
    LIST,
    'domain_blocks',
    { domain: 'carl.example', severity: 'limit', public_comment: 'Spam' },
    domainOf,
  )
  expect(added).toBe(
    LIST.replace(
      '    # asked them twice\n',
      '    # asked them twice\n\n  - domain: carl.example\n    severity: limit\n    public_comment: "Spam"\n',
    ),
  )
})

test('an item at the end of the list comes before what is commented out below it', () => {
  const added = addItem(NAME, LIST, 'domain_blocks', { domain: 'new.example', severity: 'limit' })
  expect(added).toBe(LIST.replace('none }\n', 'none }\n\n  - { domain: new.example, severity: limit }\n'))
})

test('an item goes with the comments that are its own, and with nothing else', () => {
  const removed = removeItem(NAME, LIST, 'domain_blocks', is('beta.example'))
  expect(removed).toBe(LIST.replace(/\n {2}# talked[^]*asked them twice\n/, ''))
  const first = removeItem(NAME, LIST, 'domain_blocks', is('alpha.example'))
  expect(first).toContain('  # --- Suspended ---\n')
  expect(first).not.toContain('alpha')
})

test('the heading of a group stays when one of the group goes', () => {
  const groups = 'domain_blocks:\n  - domain: a\n\n  # Spam\n  - domain: b\n  - domain: c\n'
  expect(removeItem(NAME, groups, 'domain_blocks', is('b'))).toBe(
    'domain_blocks:\n  - domain: a\n\n  # Spam\n  - domain: c\n',
  )
})

test('a comment right below an entry is that of the next one', () => {
  const groups = 'domain_blocks:\n  # Spam\n  - domain: a\n  # Hate\n  - domain: b\n  - domain: c\n'
  expect(removeItem(NAME, groups, 'domain_blocks', is('b'))).toBe(groups.replace(/ {2}# Hate\n.*b\n/, ''))
  expect(removeItem(NAME, groups, 'domain_blocks', is('a'))).toBe(groups.replace('  - domain: a\n', ''))
})

test('a banner below the last entry stays, however far in it stands', () => {
  for (const pad of ['', '  ', '    ', '      ']) {
    const text =
      'domain_blocks:\n  - domain: a.example\n    severity: limit\n' +
      `  - domain: b.example\n    severity: limit\n${pad}# ---- the end ----\n`
    const added = addItem(NAME, text, 'domain_blocks', { domain: 'n.example', severity: 'limit' })
    expect(added.replace('  - domain: n.example\n    severity: limit\n', '')).toBe(text)
    // Deeper than the list it is of the entry itself, and goes with it.
    expect(removeItem(NAME, text, 'domain_blocks', is('b.example'))).toBe(
      'domain_blocks:\n  - domain: a.example\n' +
        `    severity: limit\n${pad.length > 2 ? '' : `${pad}# ---- the end ----\n`}`,
    )
  }
})

test('the last entry goes and leaves what is said about the list; the reason goes with what is said about it', () => {
  const one = 'domain_blocks: # list\n  # the worst\n  - domain: a.example # A\n    severity: limit\n'
  const none = removeItem(NAME, one, 'domain_blocks', is('a.example'), 'all is well')
  expect(none).toBe('domain_blocks: [] # list\n  # the worst\nemptied_on_purpose: all is well\n')
  const item = { domain: 'n.example', severity: 'limit' }
  expect(
    addItem(NAME, 'domain_blocks: [] # list\n# since May\nemptied_on_purpose: all is well\n', 'domain_blocks', item),
  ).toBe('domain_blocks: # list\n  - domain: n.example\n    severity: limit\n')
})

test('whatever is given is read back as it was, by readers of YAML 1.1 too', () => {
  const given = [
    'no',
    'y',
    'Off',
    '1e3',
    '0777',
    '12:30:45',
    '=',
    '<<',
    '-',
    '?',
    '|',
    '~',
    '#',
    '@',
    '`',
    ' padded ',
    'a\tb',
    '😀',
    'several\nlines\n',
    'a\r\nb',
    'key: value',
    '007',
    '1e5',
    'null',
    '- x',
    '%d',
    '!tag',
    '&a',
    '*a',
    '---',
    '...',
    '[',
    '}',
    ',',
  ]
  for (const value of given) {
    const added = addItem('moderators.yaml', undefined, 'moderators', { account: value, role: 'Moderator' })
    for (const version of ['1.1', '1.2'] as const)
      expect(parse(added, { version }), added).toEqual({ moderators: [{ account: value, role: 'Moderator' }] })
  }
})

test('a field changes in place and keeps its quotes and its comment', () => {
  const text =
    "rules:\n- key: a\n  text: 'Be kind' # always\n  hint: |- # long\n" +
    '    one\n    two\n  translations: { de: { text: Nett } }\n'
  expect(setField('rules.yaml', text, ['rules', 0, 'text'], "Don't")).toBe(text.replace("'Be kind'", `'Don''t'`))
  expect(setField('rules.yaml', text, ['rules', 0, 'text'], 'Be nice')).toBe(text.replace('Be kind', 'Be nice'))
  expect(setField('rules.yaml', text, ['rules', 0, 'text'], 'a\nb')).toBe(
    text.replace("'Be kind' # always\n", '|- # always\n    a\n    b\n'),
  )
  expect(setField('rules.yaml', text, ['rules', 0, 'hint'], 'one')).toBe(
    text.replace('|- # long\n    one\n    two', 'one # long'),
  )
  expect(setField('rules.yaml', text, ['rules', 0, 'translations', 'no', 'text'], 'Snill')).toBe(
    text.replace('{ text: Nett }', '{ text: Nett }, "no": { text: Snill }'),
  )
  expect(removeField('rules.yaml', text, ['rules', 0, 'hint'])).toBe(text.replace(/ {2}hint[^]*two\n/, ''))
})

test('settings are written so that every reader of YAML takes them for what they are', () => {
  const settings = 'settings:\n  # who we are\n  site_title: Herd\n'
  const set = (value: string | boolean | null) =>
    setMapEntry('settings.yaml', settings, 'settings', 'x', value).slice(settings.length)
  expect(['no', '12:30', '0123', '# x', 'a: b', '', 'plain', '2026-01-01', 'null', '@x', '%d'].map(set)).toEqual(
    ['"no"', '"12:30"', '"0123"', '"# x"', '"a: b"', '""', 'plain', '2026-01-01', '"null"', '"@x"', '"%d"'].map(
      (written) => `  x: ${written}\n`,
    ),
  )
  expect(set(false)).toBe('  x: false\n')
  expect(set(null)).toBe('  x: null\n')
})

test('a file and a key that are not there are made', () => {
  expect(addItem('moderators.yaml', undefined, 'moderators', { account: 'alice', role: 'Moderator' })).toBe(
    '# yaml-language-server: $schema=../schema/moderators.schema.json\n' +
      'moderators:\n  - account: alice\n    role: Moderator\n',
  )
  expect(setMapEntry('settings.yaml', 'settings: {} # none yet\n', 'settings', 'site_title', 'Herd')).toBe(
    'settings: # none yet\n  site_title: Herd\n',
  )
  expect(addItem('policy.yaml', 'minimum_owners: 3', 'raises', { kind: 'domain-block', create: 30 })).toBe(
    'minimum_owners: 3\nraises:\n  - kind: domain-block\n    create: 30',
  )
})

test('a file that holds nothing yet keeps what it holds', () => {
  const entry = 'domain_blocks:\n  - domain: n.example\n    severity: limit\n'
  const item = { domain: 'n.example', severity: 'limit' }
  for (const text of ['', '# ours\n', '---\n', '--- # ours\n', '# ours\n---\n# more\n', '\uFEFF', '\n\n'])
    expect(addItem(NAME, text, 'domain_blocks', item)).toBe(text + entry)
  expect(addItem(NAME, '# ours\r\n', 'domain_blocks', item)).toBe(`# ours\n${entry}`.replaceAll('\n', '\r\n'))
  for (const text of [
    'domain_blocks: [] # none\nemptied_on_purpose: x\n',
    'emptied_on_purpose: x\ndomain_blocks: [] # none\n',
  ])
    expect(addItem(NAME, text, 'domain_blocks', item)).toBe(entry.replace(':\n', ': # none\n'))
})

test('a list in brackets stays in brackets, an empty one becomes a block', () => {
  expect(
    addItem('policy.yaml', 'protected_domains: [a.example, b.example] # friends\n', 'protected_domains', 'c.example'),
  ).toBe('protected_domains: [a.example, b.example, c.example] # friends\n')
  expect(
    removeItem(
      'policy.yaml',
      'protected_domains: [a.example, b.example]\n',
      'protected_domains',
      (item) => item === 'a.example',
    ),
  ).toBe('protected_domains: [b.example]\n')
  expect(addItem('policy.yaml', 'protected_domains: []   # friends\n', 'protected_domains', 'c.example')).toBe(
    'protected_domains:   # friends\n  - c.example\n',
  )
})

test('what can not be edited without guessing is refused, and nothing is written', () => {
  expect(() => setField(NAME, 'domain_blocks: [', ['x'], 1)).toThrow('cannot be edited, because it is not valid YAML')
  expect(() => setField(NAME, 'a: !tag x\n', ['x'], 1)).toThrow('cannot be edited, because it is not valid YAML')
  expect(() => edit(NAME, 'x: &a { k: 1 }\ny: *a\n', [{ op: 'set', path: ['x', 'k'], value: 2 }])).toThrow(
    'line 2 uses the value of line 1 (*a), and that value would change',
  )
  expect(() => edit(NAME, 'x: &a 1\ny: *a\n', [{ op: 'remove', path: ['x'] }])).toThrow(
    'line 2 uses the value of line 1 (*a), and that value would change',
  )
  expect(() => edit(NAME, 'x: 1\nx: 2\n', [{ op: 'set', path: ['x'], value: 3 }])).toThrow(
    'line 1 is written in a way that Herdbook cannot change without changing its meaning',
  )
  expect(() => removeItem(NAME, LIST, 'domain_blocks', is('nobody.example'))).toThrow(
    'nothing in domain_blocks matches',
  )
})

test('a name that every object of JavaScript has is a key like any other', () => {
  const settings = 'settings:\n  site_title: Herd\n'
  for (const name of Object.getOwnPropertyNames(Object.prototype)) {
    const set = edit('settings.yaml', settings, [{ op: 'set', path: ['settings', name], value: 'x' }])
    expect(set).toBe(`${settings}  ${name}: x\n`)
    expect(edit('settings.yaml', set, [{ op: 'set', path: ['settings', name], value: 'z' }]), name).toBe(
      set.replace(': x', ': z'),
    )
    expect(edit('settings.yaml', set, [{ op: 'remove', path: ['settings', name] }])).toBe(settings)
    expect(edit('settings.yaml', settings, [{ op: 'set', path: ['settings', name, name], value: 'x' }])).toBe(
      `${settings}  ${name}:\n    ${name}: x\n`,
    )
    expect(
      edit('settings.yaml', settings, [
        { op: 'add', list: [name], item: 'x' },
        { op: 'set', path: [name === 'toString' ? 'a' : 'b', name], value: 1 },
      ]),
    ).toContain(`${name}:\n  - x\n`)
    expect(() => edit('settings.yaml', settings, [{ op: 'remove', path: ['settings', name] }])).toThrow(
      `there is no ${name} to remove`,
    )
    const rule = 'rules:\n  - key: a\n    text: A\n'
    const [edited] = editObjects(
      () => rule,
      [{ ref: 'rule/a', fields: { translations: Object.fromEntries([[name, { text: 'B', hint: '' }]]) } }],
    )
    expect(edited?.text).toBe(`${rule}    translations:\n      ${name}:\n        text: B\n`)
  }
})

test('a list of 10,000 takes 2,000 changes in one go', () => {
  const text =
    'domain_blocks:\n' +
    Array.from({ length: 10_000 }, (_, index) => `  - domain: d${index}.example\n    severity: limit\n`).join('')
  const adds = Array.from(
    { length: 1000 },
    (_, index) =>
      ({
        op: 'add',
        list: ['domain_blocks'],
        item: { domain: `n${index}.example`, severity: 'suspend' },
        before: index * 10,
      }) as const,
  )
  const sets = Array.from(
    { length: 1000 },
    (_, index) => ({ op: 'set', path: ['domain_blocks', index * 10, 'severity'], value: 'suspend' }) as const,
  )
  const edited = edit(NAME, text, [...adds, ...sets])
  expect(edited.split('\n').length).toBe(text.split('\n').length + 2000)
  expect(edited.match(/suspend/g)?.length).toBe(2000)
})
