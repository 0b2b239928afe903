import { describe, expect, test } from 'vitest'
import { hints, lines, load } from '../support/instance.ts'

/** What one wrong file gives: its single diagnostic and the hint. */
async function one(
  file: string,
  text: string,
): Promise<{ readonly line: string | undefined; readonly hint: string | undefined }> {
  const loaded = await load({ [file]: text })
  expect(loaded.instance).toBeNull()
  expect(lines(loaded)).toHaveLength(1)
  return { line: lines(loaded)[0], hint: hints(loaded)[0] }
}

describe('what a person typed wrong is told with its place and what to type', () => {
  test.each([
    [
      'a key',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severty: suspend\n    severity: limit\n',
      'unknown-key domain-blocks.yaml:3:5',
      'Did you mean',
    ],
    [
      'a key that has to be there, misspelt',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severty: suspend\n',
      'unknown-key domain-blocks.yaml:3:5 the key severty is not known in this place',
      'Did you mean severity?',
    ],
    [
      'the key that has to be there, where an optional one is as near',
      'roles.yaml',
      'roles:\n  - nam: A\n    position: 1\n    permissions: []\n',
      'unknown-key roles.yaml:2:5 the key nam is not known in this place',
      'Did you mean name?',
    ],
    [
      'a day without its dashes',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severity: limit\n    until: 20311224\n',
      'wrong-type domain-blocks.yaml:4:12',
      'Write it with dashes: until: 2031-12-24',
    ],
    [
      'a word',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severity: suspnd\n',
      'unknown-word domain-blocks.yaml:3:15',
      'Did you mean suspend?',
    ],
    [
      'a permission',
      'roles.yaml',
      'roles:\n  - name: A\n    position: 1\n    permissions: [manage_report]\n',
      'unknown-word roles.yaml:4:19',
      'Did you mean manage_reports?',
    ],
    [
      'a number for a text',
      'settings.yaml',
      'settings:\n  site_title: 1.20\n',
      'wrong-type settings.yaml:2:15 site_title: 1.20',
      "Write '1.20' in quotes.",
    ],
    [
      'a long number for a text',
      'rules.yaml',
      'rules:\n  - key: a\n    text: 00123456789012345678901\n',
      'wrong-type rules.yaml:3:11',
      "Write '00123456789012345678901' in quotes.",
    ],
    [
      'yes for true',
      'settings.yaml',
      'settings:\n  trends: yes\n',
      'wrong-type settings.yaml:2:11 trends: yes',
      'Write trends: true',
    ],
    [
      'a number in quotes',
      'policy.yaml',
      "minimum_owners: '2'\n",
      'wrong-type policy.yaml:1:17',
      'Write minimum_owners: 2 without quotes.',
    ],
    [
      'a colour that YAML takes for a comment',
      'roles.yaml',
      'roles:\n  - name: A\n    position: 1\n    permissions: []\n    color: #fff\n',
      'wrong-type roles.yaml:5:12',
      'in quotes',
    ],
    [
      'a colour of digits alone',
      'roles.yaml',
      'roles:\n  - name: A\n    position: 1\n    permissions: []\n    color: 123456\n',
      'wrong-type roles.yaml:5:12 color: 123456',
      "Write '123456' in quotes.",
    ],
    [
      'a name of digits alone',
      'moderators.yaml',
      'moderators:\n  - account: 007\n    role: Owner\n',
      'wrong-type moderators.yaml:2:14 account: 007',
      "Write '007' in quotes.",
    ],
    [
      'on for true',
      'settings.yaml',
      'settings:\n  trends: on\n',
      'wrong-type settings.yaml:2:11 trends: on',
      'Write trends: true',
    ],
    [
      'true in quotes',
      'settings.yaml',
      "settings:\n  trends: 'true'\n",
      'wrong-type settings.yaml:2:11',
      'Write trends: true',
    ],
    [
      'a day as Germans write it',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severity: limit\n    until: 24.12.2031\n',
      'not-a-date domain-blocks.yaml:4:12',
      'such as 2026-12-24',
    ],
    [
      'a day without its noughts',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severity: limit\n    until: 2031-1-5\n',
      'not-a-date domain-blocks.yaml:4:12',
      'such as 2026-12-24',
    ],
    [
      'the quotes of a word processor',
      'domain-blocks.yaml',
      'domain_blocks:\n  - domain: a.example\n    severity: “limit”\n',
      'unknown-word domain-blocks.yaml:3:15',
      'Did you mean limit?',
    ],
    [
      'a range of addresses',
      'ip-blocks.yaml',
      'ip_blocks:\n  - { ip: 192.0.2.1-192.0.2.9, severity: no_access }\n',
      'not-an-address ip-blocks.yaml:2:11',
      '203.0.113.0/24',
    ],
    [
      'a mask of a network',
      'ip-blocks.yaml',
      'ip_blocks:\n  - { ip: 192.0.2.0/255.255.255.0, severity: no_access }\n',
      'not-an-address ip-blocks.yaml:2:11',
      '203.0.113.0/24',
    ],
    [
      'a pointer of Git LFS',
      'domain-blocks.yaml',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`,
      'wrong-type domain-blocks.yaml:1:1',
      '',
    ],
    [
      'a list that lost its entries',
      'domain-blocks.yaml',
      'domain_blocks:\n',
      'wrong-type domain-blocks.yaml:1:15',
      'emptied_on_purpose',
    ],
    [
      'domains alone in a list',
      'domain-blocks.yaml',
      'domain_blocks:\n  - spam.example\n',
      'wrong-type domain-blocks.yaml:2:5',
      'Write it as domain: spam.example',
    ],
    ['a text for a file', 'rules.yaml', 'Be kind.\n', 'wrong-type rules.yaml:1:1', 'Begin the file with rules:'],
    [
      'an entry without its dash',
      'rules.yaml',
      'rules:\n  key: a\n  text: b\n',
      'wrong-type rules.yaml:2:3',
      'with a dash',
    ],
    [
      'a missing key',
      'ip-blocks.yaml',
      'ip_blocks:\n  - ip: 192.0.2.1\n',
      'missing-key ip-blocks.yaml:2:5 severity is missing',
      'sign_up_block',
    ],
    [
      'a rule that is too long',
      'rules.yaml',
      `rules:\n  - key: a\n    text: ${'x'.repeat(301)}\n`,
      'too-long rules.yaml:3:11 text has 301 characters',
      'Shorten it.',
    ],
    [
      'a short description of 201 characters',
      'settings.yaml',
      `settings:\n  site_short_description: ${'😀'.repeat(201)}\n`,
      'too-long settings.yaml:2:27',
      'Shorten it.',
    ],
    [
      'a rule of spaces',
      'rules.yaml',
      "rules:\n  - key: a\n    text: '  '\n",
      'wrong-value rules.yaml:3:11',
      'one sentence',
    ],
    [
      'a handle for a username',
      'moderators.yaml',
      "moderators:\n  - account: '@alice'\n    role: Moderator\n",
      'wrong-value moderators.yaml:2:14',
      'without @',
    ],
    [
      'only_these: false',
      'moderators.yaml',
      'only_these: false\n',
      'wrong-value moderators.yaml:1:13',
      'delete the line',
    ],
    [
      'a language that is none',
      'rules.yaml',
      'rules:\n  - key: a\n    text: b\n    translations:\n      german!: { text: c }\n',
      'unknown-key rules.yaml:5:7',
      'language code',
    ],
    [
      'a picture',
      'settings.yaml',
      'settings:\n  favicon: a.png\n',
      'unknown-key settings.yaml:2:3',
      'Herdbook does not manage pictures',
    ],
    [
      'a merge key',
      'settings.yaml',
      'settings:\n  <<: { trends: true }\n',
      'unknown-key settings.yaml:2:3',
      'does not read <<',
    ],
    [
      'a permission twice',
      'roles.yaml',
      'roles:\n  - name: A\n    position: 1\n    permissions: [manage_reports, manage_reports]\n',
      'duplicate roles.yaml:4:18',
      'Keep one',
    ],
  ])('%s', async (_what, file, text, line, hint) => {
    const told = await one(file, text)
    expect(told.line).toContain(`error ${line}`)
    expect(told.hint).toContain(hint)
  })

  test('all at once, in the order of files and lines', async () => {
    const loaded = await load({
      'settings.yaml': 'settings:\n  site_titel: x\n  trends: 1\n',
      'domain-blocks.yaml':
        'domain_blocks:\n  - domain: A.example\n    severity: none\n    reject_medai: true\n' +
        '  - domain: a.example\n    severity: limt\n  - domain: a.example.\n    severity: none\n',
      'rules.yaml': 'rules:\n\t- key: a\n',
    })
    expect(lines(loaded).map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'error unknown-key domain-blocks.yaml:4:5',
      'error unknown-word domain-blocks.yaml:6:15',
      'error duplicate domain-blocks.yaml:7:13',
      'error yaml-syntax rules.yaml:2:1',
      'error unknown-key settings.yaml:2:3',
      'error wrong-type settings.yaml:3:11',
    ])
  })
})
