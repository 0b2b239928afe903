import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ENVIRONMENTS } from '../../src/setup/environment-names.ts'
import { settingsOf, type Setting } from '../../src/setup/init/settings.ts'
import { scratch } from '../support/git.ts'
import { describeGitHub } from '../support/openapi.ts'

describe('what has to be set once', () => {
  const LET = {
    prevent_self_review: true,
    reviewers: [
      { type: 'User', id: 7 },
      { type: 'User', id: 7 },
    ],
  }
  /** Runs the commands as a person would paste them, with a `gh` that writes down what it was given. */
  function pasted(): { readonly args: readonly string[]; readonly body: unknown }[] {
    using dir = scratch()
    const log = join(dir.path, 'log')
    writeFileSync(
      join(dir.path, 'gh'),
      '#!/bin/bash\n[[ $2 == users/* ]] && { echo 7; exit; }; stdin=null; ' +
        `[[ "$*" == *"--input -"* ]] && stdin=$(cat)\n{ printf '%s\\x1f' "$@"; printf '%s\\n' "$stdin"; } >> ${log}\n`,
      { mode: 0o755 },
    )
    const commands = Object.values(
      settingsOf({ repository: 'herd/instance', branch: 'main', environment: 'production', owners: ['alice', 'bob'] }),
    ).flatMap((one: Setting) => one.commands)
    execFileSync('bash', ['-euc', commands.join('\n')], {
      env: { ...process.env, PATH: `${dir.path}:${process.env['PATH'] ?? ''}` },
    })
    return read(log)
      .trim()
      .split('\n')
      .map((line) => ({
        args: line.split('\x1f').slice(0, -1),
        body: JSON.parse(line.split('\x1f').at(-1) ?? '') as unknown,
      }))
  }
  const all = pasted()

  it("is asked of GitHub's API as GitHub describes it", () => {
    const { problemsOf } = describeGitHub()
    const calls = all.filter(({ args }) => args[0] === 'api')
    expect(calls.length).toBeGreaterThan(5)
    for (const { args, body } of calls) {
      const [, , method = '', path = ''] = args
      const refused = { status: 403, answered: { message: 'no', documentation_url: '', status: '403' } }
      expect(
        problemsOf({ method, path: `/${path}`, query: new URLSearchParams(), sent: body, ...refused }),
        `${method} ${path}`,
      ).toEqual([])
    }
  })

  it('is a command of bash whatever a branch is called', () => {
    const { protection, environments } = settingsOf({
      repository: 'herd/instance',
      branch: "it's/main",
      environment: 'production',
      owners: [],
    })
    expect(protection.commands[0]).toContain(
      " repos/herd/instance/branches/it's%2Fmain/protection ".replace("'", '%27'),
    )
    const [, body = ''] = /<<< (.*)$/.exec(environments.commands[1] ?? '') ?? []
    expect(JSON.parse(execFileSync('bash', ['-c', `cat <<< ${body}`], { encoding: 'utf8' }))).toEqual({
      name: "it's/main",
      type: 'branch',
    })
  })

  it('holds each environment to one branch, and puts each secret where its job is', () => {
    for (const [name, secrets] of Object.entries(ENVIRONMENTS)) {
      const about = all.filter(({ args }) => args.some((arg) => arg.includes(`environments/${name}`)))
      expect(about.map(({ body }) => body)).toEqual([
        {
          deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
          ...(name === 'herdbook-owners' ? LET : {}),
        },
        { name: 'main', type: 'branch' },
      ])
      const put = all.filter(({ args }) => args[0] === 'secret' && args.at(-1) === name)
      expect(put.map(({ args }) => args[2])).toEqual([...secrets])
    }
    expect(all.filter(({ args }) => args[0] === 'secret' && !args.includes('--env'))).toEqual([])
  })
})

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8')
