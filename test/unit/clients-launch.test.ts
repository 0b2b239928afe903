import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { consoleLine, psqlLine, quote } from '../../src/providers/mastodon/commands.ts'
import type { ConsoleConnection, DatabaseConnection } from '../../src/instance/documents.ts'

const RUNNER = 'eval $stdin.read($stdin.gets.to_i)'
const RAILS = ['env', 'RAILS_ENV=production', 'RAILS_LOG_LEVEL=fatal', 'bin/rails', 'runner', RUNNER]
const PSQL = [
  'env',
  'PGCLIENTENCODING=UTF8',
  'PGCONNECT_TIMEOUT=20',
  'psql',
  '-X',
  '-q',
  '-A',
  '-t',
  '-v',
  'ON_ERROR_STOP=1',
]

/** Runs a line in a real shell where the named programs print what they were given. */
function given(line: string): string[] {
  const bin = mkdtempSync(join(tmpdir(), 'herdbook-launch-'))
  for (const name of ['sudo', 'podman', 'docker', 'kubectl', 'psql']) {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\0' "$(basename "$0")" "$@"\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return execFileSync('/bin/sh', ['-c', line], { env: { PATH: `${bin}:/usr/bin:/bin`, HOME: bin } })
    .toString()
    .split('\0')
    .slice(0, -1)
}

describe('the command lines that open the connections', () => {
  test.each<[string, ConsoleConnection, string[]]>([
    [
      'podman',
      { over: 'ssh', podman: { container: 'web', user: 'mastodon' } },
      ['sudo', '-n', '-H', '-u', 'mastodon', '--', 'podman', 'exec', '--interactive', 'web', ...RAILS],
    ],
    [
      'docker compose',
      { over: 'ssh', docker_compose: { directory: '/srv/my mastodon' } },
      ['docker', 'compose', '--project-directory=/srv/my mastodon', 'exec', '-T', 'web', ...RAILS],
    ],
    [
      'kubernetes',
      { over: 'local', kubernetes: { namespace: 'm', pod: 'deployment/web', container: 'c' } },
      ['kubectl', '--namespace=m', 'exec', '--stdin', 'deployment/web', '--container=c', '--', ...RAILS],
    ],
  ])('the console in %s', (_name, connection, words) => expect(given(consoleLine(connection))).toEqual(words))

  test('the console of a native install starts in its directory, with the PATH of rbenv', () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'herdbook-launch-')), "it's live")
    mkdirSync(join(directory, 'bin'), { recursive: true })
    writeFileSync(
      join(directory, 'bin/rails'),
      '#!/bin/sh\nprintf "%s\\n" "$PWD" "$RAILS_ENV" "$RAILS_LOG_LEVEL" "$PATH" "$@"\n',
    )
    chmodSync(join(directory, 'bin/rails'), 0o755)
    const out = execFileSync('/bin/sh', ['-c', consoleLine({ over: 'local', native: { directory } })])
      .toString()
      .trim()
      .split('\n')
    expect([out[0], out[1], out[2], out[4], out[5]]).toEqual([directory, 'production', 'fatal', 'runner', RUNNER])
    expect(out[3]).toContain('/.rbenv/shims:')
  })

  test.each<[string, DatabaseConnection, string[]]>([
    ['native', { over: 'ssh', native: {} }, [...PSQL.slice(3), '--dbname=mastodon_production']],
    [
      'native, as another user',
      { over: 'ssh', native: { user: 'postgres', database: 'm', role: 'r' } },
      ['sudo', '-n', '-H', '-u', 'postgres', '--', ...PSQL, '--dbname=m', '--username=r'],
    ],
    [
      'podman',
      { over: 'ssh', podman: { container: 'db' } },
      ['podman', 'exec', '--interactive', 'db', ...PSQL, '--dbname=mastodon_production', '--username=postgres'],
    ],
    [
      'docker compose',
      { over: 'ssh', docker_compose: { directory: '/srv/m', role: 'mastodon' } },
      [
        'docker',
        'compose',
        '--project-directory=/srv/m',
        'exec',
        '-T',
        'db',
        ...PSQL,
        '--dbname=mastodon_production',
        '--username=mastodon',
      ],
    ],
    [
      'kubernetes',
      { over: 'ssh', kubernetes: { namespace: 'n', pod: 'pg-0', kubeconfig: '/k' } },
      [
        'kubectl',
        '--kubeconfig=/k',
        '--namespace=n',
        'exec',
        '--stdin',
        'pg-0',
        '--',
        ...PSQL,
        '--dbname=mastodon_production',
        '--username=postgres',
      ],
    ],
  ])('psql, %s', (_name, connection, words) => expect(given(psqlLine(connection))).toEqual(words))

  test('another user begins in a folder where everybody may be, and not in the home of the one who logged in', () => {
    const home = mkdtempSync(join(tmpdir(), 'herdbook-launch-'))
    const sudo = join(home, 'sudo')
    writeFileSync(sudo, '#!/bin/sh\npwd\n')
    chmodSync(sudo, 0o755)
    const begun = (line: string): string =>
      execFileSync('/bin/sh', ['-c', line], { cwd: home, env: { PATH: `${home}:/usr/bin:/bin` } }).toString()
    const user = 'mastodon'
    const lines = [
      psqlLine({ over: 'ssh', native: { user } }),
      psqlLine({ over: 'ssh', podman: { container: 'db', user } }),
      consoleLine({ over: 'ssh', podman: { container: 'web', user } }),
      consoleLine({ over: 'ssh', native: { directory: '/opt/live', user } }),
    ]
    expect(lines.map(begun)).toEqual(lines.map(() => '/\n'))
  })

  test('a name never becomes code or an option', () => {
    const proof = join(mkdtempSync(join(tmpdir(), 'herdbook-launch-')), 'proof')
    for (const evil of [
      `x; touch ${proof}`,
      `$(touch ${proof})`,
      `\`touch ${proof}\``,
      `'; touch ${proof}; '`,
      `x\ntouch ${proof}`,
    ]) {
      expect(given(psqlLine({ over: 'ssh', podman: { container: evil, database: evil } }))).toContain(evil)
      expect(given(consoleLine({ over: 'ssh', docker_compose: { directory: evil, service: evil } }))).toContain(evil)
    }
    expect(existsSync(proof)).toBe(false)
    expect(() => psqlLine({ over: 'ssh', podman: { container: '--privileged' } })).toThrow('option')
    expect(() => consoleLine({ over: 'ssh', kubernetes: { namespace: 'n', pod: '-x' } })).toThrow('option')
  })

  test('any word is one word of a shell', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && text.isWellFormed())
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const out = execFileSync('/bin/sh', ['-c', `printf '%s\\0' start ${words.map(quote).join(' ')}`]).toString()
        expect(out).toBe(`${['start', ...words].join('\0')}\0`)
      }),
      { numRuns: 50 },
    )
    expect(() => quote('a\0b')).toThrow('null byte')
  })

  test('a connection needs exactly one runtime', () => {
    expect(() => psqlLine({ over: 'ssh' })).toThrow('exactly one')
    expect(() => consoleLine({ over: 'ssh', podman: { container: 'a' }, native: { directory: '/' } })).toThrow(
      'exactly one',
    )
  })
})
