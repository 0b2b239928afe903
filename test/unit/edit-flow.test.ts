import { expect, test } from 'vitest'
import { HerdbookError } from '../../src/instance/diagnostic.ts'
import { edit } from '../../src/instance/edit/edit.ts'
import { editObjects, addItem, removeItem, setField } from '../support/edits.ts'

const NAME = 'moderators.yaml'
const accountOf = (item: unknown): string => String((item as { account: string }).account)
const is = (account: string) => (item: unknown) => accountOf(item) === account
const without = (text: string, ...gone: string[]): string =>
  removeItem(NAME, text, 'moderators', (item) => gone.includes(accountOf(item)))
const withOne = (text: string, account: string): string =>
  addItem(NAME, text, 'moderators', { account, role: 'Moderator' })

const PEOPLE = `moderators: [
  {account: owner, role: Owner}, # founder
  {account: bob, role: Moderator}, # since 2024
  {account: zoe, role: Moderator} # on leave
]
`

/** What an edit was refused with. */
function refusal(act: () => unknown): {
  readonly message: string
  readonly hint: string | undefined
  readonly line: number | undefined
} {
  try {
    act()
  } catch (error) {
    const [found] = error instanceof HerdbookError ? error.diagnostics : []
    if (found) return { message: found.message, hint: found.hint, line: found.at?.line }
    throw error
  }
  throw new Error('it was not refused')
}

test('an entry of a list in brackets goes with its line, comma and comment, and with nothing of the others', () => {
  const lines = PEOPLE.split('\n')
  const but = (...rows: number[]): string => lines.filter((_, row) => !rows.includes(row)).join('\n')
  expect(without(PEOPLE, 'owner')).toBe(but(1))
  expect(without(PEOPLE, 'bob')).toBe(but(2))
  expect(without(PEOPLE, 'zoe')).toBe(but(3))
  expect(without(PEOPLE, 'owner', 'zoe')).toBe(but(1, 3))
  expect(without(PEOPLE.replaceAll('\n', '\r\n'), 'bob')).toBe(but(2).replaceAll('\n', '\r\n'))
})

test('comments above an entry in brackets go with it, a heading stays', () => {
  const text =
    'moderators: [\n  # the team\n  {account: owner, role: Owner},\n  # asked in May\n' +
    '  {account: bob, role: Moderator},\n\n  # on trial\n  {account: zoe, role: Moderator},\n]\n'
  expect(without(text, 'bob')).toBe(text.replace(/ {2}# asked[^]*?bob.*\n/, ''))
  expect(without(text, 'zoe')).toBe(text.replace(/\n {2}# on trial\n.*zoe.*\n/, ''))
  expect(without(text, 'owner')).toBe(text.replace(/.*owner.*\n/, ''))
})

test('permissions that go and come leave the comments of the others where they are', () => {
  const roles = `roles:
  - name: Moderator
    position: 10
    permissions: [
      manage_reports, # daily
      view_dashboard, # weekly
      manage_webhooks # never
    ]
`
  const [edited] = editObjects(
    () => roles,
    [
      {
        ref: 'role/Moderator',
        fields: { permissions: ['view_dashboard', 'manage_webhooks', 'manage_taxonomies', 'view_feeds'] },
      },
    ],
  )
  expect(edited?.text).toBe(
    roles
      .replace(/.*daily\n/, '')
      .replace('manage_webhooks # never\n', 'manage_webhooks, # never\n      manage_taxonomies,\n      view_feeds\n'),
  )
})

test('the only entry of a list in brackets goes, with its trailing comma', () => {
  const text = 'domain_blocks: [\n  { domain: a.example, severity: limit }, # A\n]\n'
  const left = removeItem('domain-blocks.yaml', text, 'domain_blocks', () => true, 'all is well')
  expect(left).toBe('domain_blocks: [\n]\nemptied_on_purpose: all is well\n')
  expect(
    removeItem('policy.yaml', 'protected_domains: [ a.example, ] # friends\n', 'protected_domains', () => true),
  ).toBe('protected_domains: [] # friends\n')
})

test('a list in brackets with an entry a line gets a new one on a line of its own', () => {
  expect(withOne(PEOPLE, 'new')).toBe(
    PEOPLE.replace('Moderator} # on leave\n', 'Moderator}, # on leave\n  {account: new, role: Moderator}\n'),
  )
  const trailing = PEOPLE.replace('Moderator} #', 'Moderator}, #')
  expect(withOne(trailing, 'new')).toBe(
    trailing.replace('# on leave\n', '# on leave\n  {account: new, role: Moderator},\n'),
  )
  expect(edit(NAME, PEOPLE, [{ op: 'add', list: ['moderators'], item: 'x', before: 0 }])).toBe(
    PEOPLE.replace('[\n', '[\n  x,\n'),
  )
  expect(edit(NAME, PEOPLE, [{ op: 'add', list: ['moderators'], item: 'x', before: 2 }])).toBe(
    PEOPLE.replace('2024\n', '2024\n  x,\n'),
  )
  const hugging = 'moderators: [{account: a, role: b},\n             {account: c, role: d}] # all\n'
  expect(withOne(hugging, 'e')).toBe(hugging.replace('d}]', 'd},\n             {account: e, role: Moderator}]'))
})

test('an empty list in brackets keeps the comment in it', () => {
  expect(withOne('moderators: [\n  # nobody yet\n]\n', 'new')).toBe(
    'moderators: [\n  # nobody yet\n  { account: new, role: Moderator }\n]\n',
  )
  expect(setField('settings.yaml', 'settings: {\n  # none yet\n}\n', ['settings', 'site_title'], 'Herd')).toBe(
    'settings: {\n  # none yet\n  site_title: Herd\n}\n',
  )
})

test('a field that is new in braces of several lines stands on a line of its own', () => {
  const text = 'domain_blocks:\n  - { domain: a.example, # who\n      severity: limit, # how\n    }\n'
  expect(setField('domain-blocks.yaml', text, ['domain_blocks', 0, 'obfuscate'], true)).toBe(
    text.replace('# how\n', '# how\n      obfuscate: true,\n'),
  )
  expect(
    setField('domain-blocks.yaml', text.replace('limit, #', 'limit #'), ['domain_blocks', 0, 'obfuscate'], true),
  ).toBe(text.replace('# how\n', '# how\n      obfuscate: true\n'))
})

test('a JSON file stays JSON', () => {
  const compact =
    '{"domain_blocks": [{"domain": "a.example", "severity": "limit"}, {"domain": "b.example", "severity": "limit"}]}\n'
  const add = { op: 'add', list: ['domain_blocks'], item: { domain: 'n.example', severity: 'limit' } } as const
  expect(edit('domain-blocks.yaml', compact, [add])).toBe(
    compact.replace('}]', '}, {"domain": "n.example", "severity": "limit"}]'),
  )
  const pretty = `${JSON.stringify(JSON.parse(compact), null, 2)}\n`
  const meant = (list: readonly unknown[], rest = {}): string =>
    `${JSON.stringify({ domain_blocks: list, ...rest }, null, 2)}\n`
  const [a, b, n] = [{ domain: 'a.example', severity: 'limit' }, { domain: 'b.example', severity: 'limit' }, add.item]
  expect(edit('domain-blocks.yaml', pretty, [add])).toBe(meant([a, b, n]))
  expect(edit('domain-blocks.yaml', pretty, [{ ...add, before: 0 }])).toBe(meant([n, a, b]))
  expect(edit('domain-blocks.yaml', pretty, [{ op: 'remove', path: ['domain_blocks', 1] }])).toBe(meant([a]))
  expect(
    edit('domain-blocks.yaml', pretty, [{ op: 'set', path: ['domain_blocks', 0, 'obfuscate'], value: true }]),
  ).toBe(meant([{ ...a, obfuscate: true }, b]))
  expect(
    edit('domain-blocks.yaml', pretty, [{ op: 'set', path: ['domain_blocks', 0, 'severity'], value: 'suspend' }]),
  ).toBe(meant([{ ...a, severity: 'suspend' }, b]))
  expect(edit('domain-blocks.yaml', pretty, [{ op: 'remove', path: ['domain_blocks', 0, 'severity'] }])).toBe(
    meant([{ domain: 'a.example' }, b]),
  )
  expect(
    JSON.parse(
      edit(
        'domain-blocks.yaml',
        pretty,
        [0, 1].map((at) => ({ op: 'remove', path: ['domain_blocks', at] })),
        'none left',
      ),
    ),
  ).toEqual({ domain_blocks: [], emptied_on_purpose: 'none left' })
  expect(
    JSON.parse(edit('domain-blocks.yaml', '{"domain_blocks": [], "emptied_on_purpose": "no: one"}', [add])),
  ).toEqual({ domain_blocks: [n] })
  expect(edit('domain-blocks.yaml', pretty, [{ op: 'order', list: ['domain_blocks'], order: [1, 0] }])).toBe(
    meant([b, a]),
  )
})

test('a tab between a key and its value stays', () => {
  const text = 'domain_blocks:\n  - domain: a.example\n    severity:\tlimit\n'
  expect(setField('domain-blocks.yaml', text, ['domain_blocks', 0, 'severity'], 'suspend')).toBe(
    text.replace('limit', 'suspend'),
  )
})

test('a new line ends as the line before it does', () => {
  const mixed =
    'domain_blocks:\r\n  - domain: a.example\r\n    severity: limit\r\n  - domain: b.example\n    severity: limit\n'
  const item = { domain: 'n.example', severity: 'limit' }
  const lf = '  - domain: n.example\n    severity: limit\n'
  expect(edit('domain-blocks.yaml', mixed, [{ op: 'add', list: ['domain_blocks'], item }])).toBe(mixed + lf)
  expect(edit('domain-blocks.yaml', mixed, [{ op: 'add', list: ['domain_blocks'], item, before: 1 }])).toBe(
    mixed.replace('  - domain: b', `${lf.replaceAll('\n', '\r\n')}  - domain: b`),
  )
  expect(edit('domain-blocks.yaml', mixed.slice(0, -1), [{ op: 'add', list: ['domain_blocks'], item }])).toBe(
    mixed + lf.slice(0, -1),
  )
})

test('entries in brackets that change places take their comments along', () => {
  const text =
    'rules: [\n  {key: a, text: A}, # first\n  # b is new\n' +
    '  {key: b, text: B}, # second\n  {key: c, text: C} # third\n]\n'
  expect(edit('rules.yaml', text, [{ op: 'order', list: ['rules'], order: [2, 0, 1] }])).toBe(
    'rules: [\n  {key: c, text: C}, # third\n  {key: a, text: A}, # first\n' +
      '  # b is new\n  {key: b, text: B} # second\n]\n',
  )
})

test('a comment that may be about more than what goes stays: the refusal names its line and what to type', () => {
  const shared =
    'moderators: [\n  {account: owner, role: Owner}, {account: bob, role: Moderator}, # on leave\n' +
    '  {account: zoe, role: Moderator}\n]\n'
  expect(refusal(() => without(shared, 'bob'))).toEqual({
    message:
      'moderators.yaml cannot be edited safely: the comment in line 2 is behind several entries, ' +
      'and one of them would be deleted.',
    hint: 'In line 2, give each entry its own line with its comment behind it, then run this again.',
    line: 2,
  })
  expect(without(shared, 'owner')).toBe(shared.replace('{account: owner, role: Owner}, ', ''))
  expect(without(shared, 'owner', 'bob')).toBe('moderators: [\n  {account: zoe, role: Moderator}\n]\n')
  expect(
    refusal(() => without('moderators: [ {account: bob, role: Owner}, # why\n  {account: zoe, role: Owner} ]\n', 'bob'))
      .line,
  ).toBe(1)
  expect(without('moderators: [{account: a, role: b}, {account: c, role: d}] # both\n', 'c')).toBe(
    'moderators: [{account: a, role: b}] # both\n',
  )
})

test('a comment behind the dash of an item is kept: its line is named', () => {
  const text = 'domain_blocks:\n  - severity: limit # by vote\n    domain: a.example\n'
  expect(
    refusal(() => edit('domain-blocks.yaml', text, [{ op: 'remove', path: ['domain_blocks', 0, 'severity'] }])),
  ).toMatchObject({ line: 2, hint: expect.stringContaining('line 2') })
  const fields =
    'domain_blocks:\n  - severity: limit\n    until: 2031-01-01\n    domain: a.example # who\n    reject_media: true\n'
  const gone = ['severity', 'until', 'reject_media'].map(
    (key) => ({ op: 'remove', path: ['domain_blocks', 0, key] }) as const,
  )
  expect(edit('domain-blocks.yaml', fields, gone)).toBe('domain_blocks:\n  - domain: a.example # who\n')
  expect(() => removeItem(NAME, PEOPLE, 'moderators', is('nobody'))).toThrow('nothing in moderators matches')
})

test('what a name further down stands for stays: the refusal tells the line of the name, and what to type', () => {
  const text =
    'domain_blocks:\n  - domain: a.example\n    severity: limit\n    public_comment: &why Spam\n' +
    '  - domain: b.example\n    severity: limit\n    public_comment: *why\n'
  const told = {
    message:
      'domain-blocks.yaml cannot be edited safely: line 7 uses the value of line 4 ' +
      '(*why), and that value would change.',
    hint: 'In line 7, write the value of line 4 in place of *why, then run this again.',
    line: 7,
  }
  expect(refusal(() => edit('domain-blocks.yaml', text, [{ op: 'remove', path: ['domain_blocks', 0] }]))).toEqual(told)
  expect(refusal(() => setField('domain-blocks.yaml', text, ['domain_blocks', 0, 'public_comment'], 'x'))).toEqual(told)
  const written = text.replace('*why', 'Spam')
  expect(edit('domain-blocks.yaml', written, [{ op: 'remove', path: ['domain_blocks', 0] }])).toBe(
    written.replace(/ {2}- domain: a[^]*&why Spam\n/, ''),
  )
  expect(edit('domain-blocks.yaml', text, [{ op: 'remove', path: ['domain_blocks', 1] }])).toBe(
    text.replace(/ {2}- domain: b[^]*/, ''),
  )
  expect(setField('domain-blocks.yaml', text, ['domain_blocks', 1, 'public_comment'], 'x')).toBe(
    text.replace('*why', 'x'),
  )
  expect(
    edit('domain-blocks.yaml', text, [
      { op: 'add', list: ['domain_blocks'], item: { domain: 'c.example', severity: 'limit' }, before: 1 },
    ]),
  ).toContain('&why Spam\n  - domain: c.example\n')
})

test('a list that a name stands for is not changed in its place', () => {
  const text =
    'roles:\n  - name: A\n    position: 2\n    permissions: &all [view_dashboard]\n' +
    '  - name: B\n    position: 1\n    permissions: *all\n'
  expect(
    refusal(() => edit('roles.yaml', text, [{ op: 'add', list: ['roles', 1, 'permissions'], item: 'manage_reports' }])),
  ).toEqual({
    message: 'roles.yaml cannot be edited safely: *all in line 7 stands for a value that is written elsewhere.',
    hint: 'In line 7, write the value in place of *all, then run this again.',
    line: 7,
  })
})

test('a long text beside a file keeps its line ends', () => {
  const files = new Map([
    ['settings.yaml', 'settings:\n  site_terms: { file: terms.md }\n'],
    ['terms.md', '\uFEFFOld\r\nterms\r\n'],
  ])
  expect(
    editObjects((name) => files.get(name), [{ ref: 'setting/site_terms', fields: { value: 'New\nterms' } }]),
  ).toEqual([{ file: 'terms.md', text: '\uFEFFNew\r\nterms\r\n' }])
  expect(
    editObjects((name) => files.get(name), [{ ref: 'setting/site_terms', fields: { value: 'Old\nterms' } }]),
  ).toEqual([])
  files.set('terms.md', 'Old\nterms')
  expect(
    editObjects((name) => files.get(name), [{ ref: 'setting/site_terms', fields: { value: 'New\r\nterms' } }]),
  ).toEqual([{ file: 'terms.md', text: 'New\nterms\n' }])
})

test('a comment of many signs, and many blanks, cost no more than their length', () => {
  const text = `moderators: [\n  {account: a, role: b}${' '.repeat(50_000)}${'# '.repeat(50_000)}\n]\n`
  expect(withOne(text, 'new')).toBe(text.replace('b}', 'b},').replace('\n]', '\n  {account: new, role: Moderator}\n]'))
})
