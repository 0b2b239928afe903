import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { withFaults, type Faulty } from '../../src/sandbox/fault.ts'
import { call } from '../support/cli.ts'
import { commentOn, farm, LEDGER_KEY, type Farm } from '../support/farm.ts'
import { issueOf } from '../support/forms.ts'
import { git, put } from '../support/git.ts'
import { expectInert, expectNoControls } from '../support/github-html.ts'
import { NASTY, nasty } from '../support/nasty.ts'
import { fakePrograms } from '../support/programs.ts'
import { commands, said, type Ran } from '../support/run-output.ts'
import { ran } from '../support/runner.ts'
import { FORMS } from '../../src/instance/forms.ts'

// What somebody could try who writes texts: on the server, in files, in a list, or as the server itself.

const SLOW = { timeout: 300_000 }
const BLOCKS = 'instance/domain-blocks.yaml'
const CONFIG = 'instance/instance.yaml'
const NIGHT = '47 2 * * *'
const LENGTH = 300_000

let herd: Farm
beforeAll(async () => {
  herd = await farm()
  await herd.hub.act.push({
    by: 'ann',
    branch: 'main',
    files: {
      'instance/settings.yaml': 'settings:\n  custom_css: "a { color: red }"\n  site_short_description: A herd\n',
    },
  })
  herd.events.length = 0
  herd.desk()
  await herd.herdbook(['approve', 'to begin with', '--yes'])
  await herd.herdbook(['apply', '--yes'])
})
afterAll(async () => herd[Symbol.asyncDispose]())

const hand = () => herd.sandbox.handOf('owner')
const pullJobs = { workflows: /^herdbook-pull/ }

async function night(): Promise<{ readonly job: Ran; readonly body: string }> {
  await herd.hub.act.schedule(NIGHT)
  const job = ran(await herd.settle(), 'drift')
  const issue = [...herd.hub.state.issues.values()].find(
    (one) => !one.pull && one.state === 'open' && one.labels.includes('herdbook: drift'),
  )
  return { job, body: issue?.body ?? '' }
}

let branches = 0
async function proposed(
  files: { readonly [path: string]: string },
  message = 'Change',
): Promise<{ readonly number: number; readonly job: Ran; readonly comment: string; readonly check: string }> {
  const branch = `content-${(branches += 1)}`
  const head = await herd.hub.act.push({ by: 'mo', branch, files, message })
  const number = await herd.hub.act.openPull({ by: 'mo', branch, title: 'Content' })
  const job = ran(await herd.settle(pullJobs), 'plan')
  return {
    number,
    job,
    comment: commentOn(herd, number),
    check: herd.hub.state.statuses.findLast(({ commit }) => commit === head)?.description ?? '',
  }
}

/** Nothing on a page moves what stands beside it: no heap of marks on one letter, nothing far out of sight on the same line. */
function expectInSight(text: string): void {
  expect(text).not.toMatch(/\p{M}{8}/u)
  expect(text).not.toMatch(/[ \u00a0\u2000-\u200a\u2800\u3000]{60,}\S/)
}

const SEAL = `<!-- herdbook-approvals v2 seal=${'0'.repeat(32)} groups=1 names=${'1'.repeat(32)} -->`
/** As a comment, a log or an issue would obey them. */
const WORDS = [
  '::add-mask::follow',
  '\n::stop-commands::x\n',
  '##[add-path]/tmp',
  '@everyone',
  'Closes #1',
  '![x](https://evil.example/b.png)',
  '</details></sub><!--',
  '```\n~~~~',
  '- [x] **Restore** <!-- restore domain-block/kept.example -->',
  '\n- [ ] **Adopt** it <!-- adopt rule/mine -->',
  `\n${SEAL}\n`,
  '<!-- herdbook:production -->\n### All is well',
  '\u202eevil\u2066',
  '\u001b[8mhidden\u001b[0m',
  '\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u200b\u2060\ufeff',
  '\u{e0041}\u{e0042}',
  '\r\u001b[2K',
  `o${'\u0336\u0334\u0321'.repeat(60)}`,
  `Spam${' '.repeat(400)}and all of its members are welcome`,
  `Spam${'\u2800'.repeat(400)}and more`,
  '$\\href{https://evil.example}{x}$',
  'https://evil.example www.evil.example a@evil.example',
  'Asked-By: ann\nHerdbook-Seal: 0',
  '| a | b |\n|---|---|',
].join(' ')

describe('what somebody wrote on the server', SLOW, () => {
  const rule = WORDS.slice(0, 290)

  it('steers, hides and ticks nothing in the nightly issue, its summary and its log', async () => {
    await hand().changeSetting('site_short_description', WORDS.slice(0, 190))
    await hand().changeSetting('custom_css', `${WORDS}\n${nasty('addresses', LENGTH)}`)
    await hand().addRule({ text: rule, hint: WORDS })
    await hand().changeBlock('kept.example', { severity: 'noop', public_comment: WORDS, private_comment: WORDS })
    const { job, body } = await night()
    const boxes = body.match(/^- \[ \] \*\*(Adopt|Restore|Leave)\*\*/gm)?.length ?? 0
    expect(boxes).toBeGreaterThan(4)
    expect(body).not.toMatch(/^\s*- \[[xX]\]/m)
    expectInert(body, {
      links: ['https://github.com/'],
      comments:
        /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/,
      boxes,
    })
    expectInert(job.summary, {
      links: ['https://github.com/'],
      comments:
        /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/,
      boxes,
    })
    expect(commands(job)).toEqual([])
    for (const text of [body, job.stdout, job.stderr]) {
      expectNoControls(text)
      expectInSight(text)
    }
  })

  it('does no more in the plan of a pull request that touches the same, and approves nothing of its own', async () => {
    const words = JSON.stringify(WORDS.replaceAll(/[^\P{C}\n]/gu, ''))
    const { job, comment, check } = await proposed({
      [BLOCKS]: `${herd.file(BLOCKS).replace(/severity: none/, `severity: limit\n    public_comment: ${words}`)}\n  - domain: words.example\n    severity: none\n    public_comment: ${words}\n`,
    })
    expect(comment).toMatch(/^\+[^\n]*\[400 blanks\] and all of its members/m)
    const rows = comment.trimEnd().split('\n')
    expectInert(comment, {
      links: ['https://github.com/'],
      comments: [rows[0] ?? '', rows[1] ?? '', rows.at(-1) ?? ''],
    })
    expect(comment.match(/^<!-- herdbook-approvals/gm)).toHaveLength(1)
    expect(rows.at(-1)).toMatch(/^<!-- herdbook-approvals v2 seal=(?!0{32})/)
    expect(commands(job)).toEqual([])
    for (const text of [comment, job.stdout, job.stderr, job.summary, check]) {
      expectNoControls(text)
      expectInSight(text)
    }
  })

  it.each(NASTY.filter((_, i) => i % 8 === 0))(
    'of 300 kB in a setting, a rule and a comment keeps the night from nothing: %s',
    async (kind) => {
      const text = nasty(kind, LENGTH).toWellFormed()
      await hand().changeSetting('custom_css', text)
      await hand().changeBlock('kept.example', { severity: 'noop', public_comment: text, private_comment: text })
      await hand().changeRule(rule, { text: rule, hint: text })
      const { job, body } = await night()
      expect([job.exit, job.stdout, job.stderr]).toEqual([0, '', ''])
      expect(body).toMatch(/`?custom_css`?[^]*kept\.example|kept\.example[^]*custom_css/)
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536)
    },
  )
})

describe('a server that somebody took over', SLOW, () => {
  let faulty: Faulty | undefined
  let config = ''
  beforeAll(() => {
    config = herd.file(CONFIG)
  })
  afterAll(async () => {
    await faulty?.close()
    await herd.hub.act.push({ by: 'ann', branch: 'main', files: { [CONFIG]: `${config}\n` } })
    herd.events.length = 0
  })

  /** From now on the API answers lists in such a way. */
  async function answering(
    status: number,
    body: string,
    headers: { readonly [name: string]: string } = { 'content-type': 'application/json' },
  ): Promise<void> {
    await faulty?.close()
    faulty = await withFaults(herd.sandbox, [
      { match: { path: /\/api\/v1\/admin/ }, fault: { kind: 'answer', status, headers, body } },
    ])
    const { mastodon, ...config } = parse(herd.file(CONFIG))
    const { database: _database, ...doors } = mastodon
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { [CONFIG]: stringify({ ...config, mastodon: { ...doors, api: { ...doors.api, url: faulty.url } } }) },
    })
    herd.events.length = 0
  }

  const LIE =
    'busy\n::add-mask::follow\n::error file=instance/rules.yaml,line=1::Merge this\n\u001b[2K\u001b[1AAll is well. Ask hazel@herd.example at 203.0.113.9'

  it('and says while it makes us wait what the runner would obey is not obeyed, and names nobody in the log', async () => {
    await answering(503, JSON.stringify({ error: LIE }))
    const { job } = await night()
    expect(job.stderr).toContain('Waiting 2 s')
    expect(commands(job)).toEqual([])
    expect(job.stdout + job.stderr).not.toMatch(/^::error file=instance\/rules.yaml,line=1::Merge this/m)
    expect(job.stdout + job.stderr).not.toMatch(/hazel@herd|203\.0\.113\.9/)
    expectNoControls(job.stderr)
  })

  it('and redirects with the token in the address gets it nowhere, and no address of somebody is in the log', async () => {
    const { plan } = herd.sandbox.tokens
    await answering(302, '', {
      location: `https://evil.example/?token=${encodeURIComponent(plan)}&to=hazel@herd.example`,
    })
    const { job, body } = await night()
    expect(said(job, body)).not.toContain(plan)
    expect(said(job, body)).not.toMatch(/hazel@herd/)
    await answering(302, '', {
      location: `https://evil.example/${plan.slice(0, 18)}/${plan.slice(18, 30)}/?to=hazel@herd.example`,
    })
    const split = await night()
    expect(said(split.job, split.body)).not.toMatch(/hazel@herd/)
  })

  it('and complains at length is quoted in a line', async () => {
    await answering(403, JSON.stringify({ error: `no ${'@everyone ##[add-path]x '.repeat(200_000)}` }))
    const { job, body } = await night()
    expect(job.stderr.length + job.stdout.length).toBeLessThan(60_000)
    expect(commands(job)).toEqual([])
    expectInert(body, {
      links: ['https://github.com/'],
      comments:
        /^<!-- (?:(?:adopt|restore) [a-z-]+\/[\w.!~*'():/%-]*|leave [a-z-]+\/[\w.!~*'():/%-]* [0-9a-f]{64}) -->$/,
      boxes: body.match(/^- \[ \] /gm)?.length ?? 0,
    })
  })

  it('and calls its application or its owner what a terminal obeys is shown as what it wrote', async () => {
    const name = '\u001b[2J\u001b]0;owned\u0007\n::add-mask::x'
    const told = await withFaults(herd.sandbox, [
      {
        match: { path: /apps\/verify_credentials/ },
        fault: {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name, scopes: [] }),
        },
      },
      {
        match: { path: /accounts\/verify_credentials/ },
        fault: {
          kind: 'answer',
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username: name, role: { name, permissions: '1' } }),
        },
      },
    ])
    const dir = herd.desk()
    const config = parse(herd.file(CONFIG))
    put(dir, {
      [CONFIG]: stringify({
        ...config,
        mastodon: { ...config.mastodon, api: { ...config.mastodon.api, url: told.url } },
      }),
    })
    const { out } = await call(dir, ['token', 'check'], {
      env: { HERDBOOK_TOKEN: herd.sandbox.tokens.apply, HERDBOOK_READ_TOKEN: herd.sandbox.tokens.plan },
    })
    await told.close()
    expect(out).toContain('owned')
    expectNoControls(out)
    expect(out).not.toMatch(/^::/m)
    git(dir, 'checkout', '--quiet', '.')
  })
})

describe('doors that somebody took over', SLOW, () => {
  const PIPELINE = { GITHUB_ACTIONS: 'true', CI: 'true' }
  const HOSTILE =
    'x\n::add-mask::y ##[add-path]z\u001b[2J\u001b]0;t\u0007</details><!-- @everyone \u202e\u2066 hazel@herd.example 203.0.113.9'

  /** A verb at the desk, with these doors; the files of the desk are as before then. */
  async function through(doors: object, ...args: readonly string[]): Promise<Awaited<ReturnType<typeof call>>> {
    const dir = herd.desk()
    const { mastodon: _, ...config } = parse(herd.file(CONFIG))
    put(dir, { [CONFIG]: stringify({ ...config, ...doors }) })
    const ran = await call(dir, args, {
      env: {
        ...PIPELINE,
        HERDBOOK_TOKEN: herd.sandbox.tokens.apply,
        HERDBOOK_READ_TOKEN: herd.sandbox.tokens.plan,
        HERDBOOK_LEDGER_KEY: LEDGER_KEY,
      },
    })
    git(dir, 'checkout', '--quiet', '.')
    return ran
  }
  const database = (script: string): object => ({
    mastodon: { database: { over: 'local', native: { psql: fakePrograms({ psql: script }).psql } } },
  })
  const harmless = ({ stdout, stderr, out }: Awaited<ReturnType<typeof call>>): void => {
    expect(commands({ stdout, stderr } as Ran)).toEqual([])
    expectNoControls(out)
    expect(out).not.toMatch(/hazel@herd|203\.0\.113\.9/)
  }

  it('a psql that complains in words for the runner and the terminal is quoted, without whom it names', async () => {
    const ran = await through(database(`cat <<'EOT' >&2\npsql: error: ${HOSTILE}\n${HOSTILE}\nEOT\nexit 3`), 'plan')
    expect(ran.code).toBe(10)
    expect(ran.out).toContain('psql: error: x')
    harmless(ran)
  })

  it('a psql that answers no JSON, or JSON without a shape or an end, is told as that', async () => {
    for (const script of [
      `printf '%s' '${HOSTILE.replaceAll("'", '')}'`,
      'echo 7',
      `echo '{"tables":{"__proto__":[],"domain_blocks":7},"unknown":{"rules":"${'no '.repeat(20_000)}"}}'`,
      `printf '['; head -c 30000000 /dev/zero | tr '\\0' '['`,
    ]) {
      const ran = await through(database(script), 'plan')
      expect([ran.code, ran.out.length < 30_000], ran.out.slice(0, 300)).toEqual([10, true])
      harmless(ran)
    }
  })

  it('a database that holds such names and versions makes a plan of them, on a terminal, in Markdown and in JSON, that steers nobody', async () => {
    const change = `const { tables, ...rest } = JSON.parse(require('node:fs').readFileSync(0, 'utf8')); const bad = ${JSON.stringify(HOSTILE)}
      const twist = (value, key) => Array.isArray(value) ? value.map((one) => twist(one, key)) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, twist(inner, key)])) : ['domain', 'ip', 'public_comment', 'private_comment', 'comment', 'text', 'hint', 'name', 'username', 'value', 'language', 'changelog'].includes(key) && typeof value === 'string' ? (key === 'value' ? '--- ' + JSON.stringify(bad) : value + bad) : value
      console.log(JSON.stringify({ ...rest, version: rest.version + bad, tables: twist(tables, '') }))`
    const psql = `'${herd.sandbox.database}' "$@" | '${process.execPath}' -e '${change.replaceAll("'", "'\\''")}'`
    for (const args of [
      ['plan'],
      ['plan', '--markdown'],
      ['plan', '--json'],
      ['drift'],
      ['status'],
      ['status', '--json'],
    ]) {
      const ran = await through(database(psql), ...args)
      expect(ran.code, ran.out.slice(0, 2_000)).not.toBe(1)
      expect(ran.stdout.length).toBeGreaterThan(20)
      if (args.includes('--json')) expect(JSON.parse(ran.stdout)).toMatchObject({ version: 1 })
      expect(commands({ stdout: ran.stdout, stderr: ran.stderr } as Ran)).toEqual([])
      expectNoControls(ran.out)
    }
  })

  it('what answers in the place of an SSH server is not repeated', async () => {
    const greeting = createServer(
      (socket) => void socket.on('error', () => {}).end(`${HOSTILE}\r\n::add-mask::x\r\nSSH-1.0-${HOSTILE}\r\n`),
    ).listen(0, '127.0.0.1')
    await once(greeting, 'listening')
    const ssh = {
      host: '127.0.0.1',
      port: (greeting.address() as AddressInfo).port,
      user: 'herd',
      host_key: `SHA256:${'q'.repeat(43)}`,
      key: { env: 'HERDBOOK_LEDGER_KEY' },
    }
    const ran = await through({ ssh, mastodon: { database: { over: 'ssh', native: {} } } }, 'plan')
    greeting.close()
    expect(ran.code).toBe(10)
    harmless(ran)
  })
})

describe('whoever writes a list that is imported', SLOW, () => {
  it('steers no terminal and no runner by what is skipped', async () => {
    const dir = herd.desk()
    put(dir, {
      'list.csv': `#domain,#severity\n"kept.example\n::add-mask::x\u001b[2J",suspend\nfresh-one.example,"su\u001b[8mspend"\n"${'x'.repeat(50_000)}.example",suspend\nfine-one.example,limit\n`,
    })
    const { out } = await call(dir, ['block', '--from', 'list.csv'], {
      env: {
        GITHUB_ACTIONS: 'true',
        CI: 'true',
        HERDBOOK_TOKEN: herd.sandbox.tokens.apply,
        HERDBOOK_READ_TOKEN: herd.sandbox.tokens.plan,
      },
    })
    git(dir, 'checkout', '--quiet', '.')
    expectNoControls(out)
    expect(out).not.toMatch(/^\s*::add-mask/m)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThan(4_500)
  })
})

describe('whoever fills in a form', SLOW, () => {
  it('forges no trailer, closes nothing and mentions nobody: in the title, the message of the commit and the text of the pull request', async () => {
    await herd.hub.act.push({
      by: 'ann',
      branch: 'main',
      files: { 'instance/rules.yaml': 'rules:\n  - key: be-kind\n    text: Be kind.\n' },
    })
    herd.events.length = 0
    const lines =
      'Closes #1 @everyone\n\nAsked-By: ann\nHerdbook-Restore: domain-block/kept.example\nHerdbook-Seal: 00000000000000000000000000000000'
    const wishes: readonly (readonly ['rule' | 'block', Parameters<typeof issueOf>[1]])[] = [
      ['rule', { text: 'Closes #1 @everyone Asked-By: ann Herdbook-Restore: rule/be-kind', why: lines }],
      ['block', { domain: 'forged.example', severity: FORMS.block.fields.severity.options[1], why: lines }],
    ]
    for (const [form, answers] of wishes) {
      const issue = await herd.hub.act.openIssue({
        by: 'member',
        title: 'x',
        body: issueOf(form, answers),
        labels: ['herdbook: ask'],
      })
      await herd.hub.act.label(issue, 'herdbook: accept', 'ann')
      ran(await herd.settle(), 'ask')
      const answer = [...herd.hub.state.comments.values()].filter((one) => one.issue === issue).at(-1)?.body ?? ''
      const pull = herd.hub.state.issues.get(Number(/^Proposed in #(\d+)\./.exec(answer)?.[1]))
      const message = git(herd.hub.git, 'log', '-1', '--format=%B', pull?.pull?.head.commit ?? answer)
      expect(
        git(herd.hub.git, 'log', '-1', '--format=%(trailers:only)', pull?.pull?.head.commit ?? '')
          .trim()
          .split('\n')
          .map((line) => line.replace(/[0-9a-f]{32}$/, 'SEAL')),
      ).toEqual(['Asked-By: ann member', 'Herdbook-Seal: SEAL'])
      expect(`${pull?.title}\n${message}`).not.toMatch(/Closes|@everyone|Restore/)
      expectInert((pull?.body ?? '').replace(`Closes #${issue}.`, ''), {
        boxes: pull?.body?.match(/^- \[ \] /gm)?.length ?? 0,
      })
    }
  })
})

describe('whoever commits', SLOW, () => {
  it('says nothing in our name by a message, in whatever encoding', async () => {
    const { comment } = await proposed(
      { [BLOCKS]: `${herd.file(BLOCKS)}\n  - domain: said.example\n    severity: none\n` },
      `Change\n\nAsked-By: zoe\nHerdbook-Seal: ${'0'.repeat(32)}\nHerdbook-Restore: moderator/owner ../../x %00 rule/%0a::add-mask::x\n`,
    )
    expect(comment).not.toContain('asked-by=')
    expect(comment).not.toContain('restore=')
    expect(comment).toContain('restoring moderator/owner, which has to come with a change of its file')
    expectInert(comment, { links: ['https://github.com/'], comments: comment.match(/^<!--.*-->$/gm) ?? [] })
  })
})
