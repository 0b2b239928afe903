import { KINDS } from '../../src/providers/kinds.ts'
import { expect, test } from 'vitest'
import { secretChanged } from '../../src/reconcile/plan/secret-fields.ts'
import { renderDriftIssue } from '../../src/comments/drift-issue.ts'
import { renderMarkdown } from '../../src/comments/plan.ts'
import { renderPlan } from '../../src/terminal/plan.ts'
import type { Plan } from '../../src/reconcile/plan/types.ts'
import { EMPTY, difference, step } from '../support/plans.ts'

const terminal = (plan: Partial<Plan>): string =>
  renderPlan({ ...EMPTY, ...plan }, { colour: false, kinds: KINDS, width: 100 })
const comment = (plan: Partial<Plan>): string =>
  renderMarkdown({ ...EMPTY, ...plan }, { kinds: KINDS, visibility: 'private' }).replaceAll('`', '')

const place = (file: string) => ({ file, path: [0] })

test('what several files say is told with all of them, on a terminal and in a comment', () => {
  const twice = { source: place('access.yaml'), alsoIn: [place('services.yaml')] }
  for (const told of [terminal, comment]) {
    expect(told({ steps: [step('unit', 'a', twice)] })).toContain('Both access.yaml and services.yaml say so.')
    expect(told({ drift: [difference('unit', 'a', 'drift', twice)] })).toContain(
      'Both access.yaml and services.yaml say so.',
    )
    const thrice = { ...twice, alsoIn: [place('backups.yaml'), place('services.yaml')] }
    expect(told({ steps: [step('unit', 'a', thrice)] })).toContain(
      'access.yaml, backups.yaml and services.yaml say so.',
    )
    expect(told({ steps: [step('unit', 'a', { source: place('access.yaml') })] })).not.toContain('say so')
    expect(told({ steps: [step('unit', 'a', { ...twice, alsoIn: [place('access.yaml')] })] })).not.toContain('say so')
  }
})

test('a step stands under the file that says it, a delete under the file that its object came from', () => {
  const steps = [
    step('unit', 'a', { source: place('access.yaml') }),
    step('unit', 'b', { action: 'delete', files: ['certificates.yaml'] }),
    step('domain-block', 'c.example', { action: 'delete' }),
  ]
  for (const told of [terminal, comment])
    for (const file of ['access.yaml', 'certificates.yaml', 'domain-blocks.yaml'])
      expect(told({ steps })).toContain(file)
})

test('what is released says how a person removes it', () => {
  const leftBehind = [
    { ref: 'package/nginx', remove: 'sudo apt-get purge nginx' },
    { ref: 'mount/srv', remove: 'sudo umount /srv' },
  ]
  for (const told of [terminal, comment]) {
    const text = told({ leftBehind, letGo: [{ kind: 'package', objects: 2 }] }).replaceAll(/\s+/g, ' ')
    expect(text).toContain('package/nginx stays on the server. To remove it: sudo apt-get purge nginx')
    expect(text).toContain('mount/srv stays on the server. To remove it: sudo umount /srv')
  }
  expect(
    renderMarkdown(
      { ...EMPTY, leftBehind: [{ ref: 'moderator/alice', remove: 'x' }], letGo: [{ kind: 'moderator', objects: 1 }] },
      { kinds: KINDS, visibility: 'public' },
    ),
  ).not.toContain('alice')
})

test('what must not be there says so, as a difference and as a step', () => {
  const takeover = difference('file', 'etc/motd', 'takeover', { state: 'absent', desired: null, fields: ['mode'] })
  const gone = step('file', 'etc/motd', { action: 'delete', cause: 'takeover' })
  for (const told of [terminal, comment]) {
    expect(told({ takeovers: [takeover] })).toContain('It is on the server. The files say that it must not be there.')
    expect(told({ steps: [gone] })).toContain('was there before Herdbook')
    expect(told({ steps: [{ ...gone, action: 'update' }] })).toContain('replaces what is on the server')
  }
})

test('a secret is told by its name and version, and what was not compared is counted', () => {
  const secret = (version: number) => ({ secret: 'SMTP', version })
  const rotated = step('unit', 'a', {
    action: 'update',
    changes: [{ field: 'password', before: secret(1), after: secret(2) }],
  })
  const other = difference('unit', 'a', 'takeover', {
    desired: { password: secret(1) },
    live: { password: { secret: null, version: null } },
    fields: ['password'],
  })
  const reads = [{ kind: 'unit', complete: true, objects: 1, requests: 1, uncompared: ['SMTP'] }]
  for (const told of [terminal, comment]) {
    const text = told({ steps: [rotated] })
    expect(text).toMatch(/SMTP, version 1\b/)
    expect(text).toMatch(/SMTP, version 2\b/)
    expect(told({ takeovers: [other] })).toContain('another value')
    for (const plan of [{ reads }, { reads, steps: [rotated] }])
      expect(told(plan).replaceAll(/\s+/g, ' ')).toContain(
        '1 secret was not compared: this run does not have it (SMTP).',
      )
  }
})

test('a secret that somebody changed is told on a terminal, in a comment and in the nightly issue', () => {
  const findings = [secretChanged('unit/a', 'password', { secret: 'SMTP', version: 1 })]
  for (const told of [terminal, comment]) {
    expect(told({ findings })).toContain('1 secret changed on the server')
    expect(told({ findings })).toContain('raise the version to 2')
  }
  const issue = renderDriftIssue({ ...EMPTY, findings }, { kinds: KINDS, visibility: 'public' })
  expect(issue?.title).toContain('1 secret changed')
  expect(issue?.body).toContain('raise the version to 2')
})

test('a difference has the ways out that it has, and what is left alone is named', () => {
  const compiled = difference('unit', 'a', 'drift', {
    source: place('services.yaml'),
    ways: ['restore', 'left_alone'],
    desired: { mode: 1 },
    live: { mode: 2 },
    fields: ['mode'],
  })
  for (const told of [terminal, comment]) {
    const text = told({ drift: [compiled] }).replaceAll(/\s+/g, ' ')
    expect(text).toContain('herdbook restore unit/a')
    expect(text).not.toContain('herdbook adopt')
    expect(text).toContain('left_alone: ["unit/a"] in services.yaml tells Herdbook to leave it alone from now on')
    expect(told({ leftAlone: ['unit/b', 'unit/c'], drift: [compiled] })).toContain('unit/b, unit/c')
  }
  const issue = renderDriftIssue({ ...EMPTY, drift: [compiled] }, { kinds: KINDS, visibility: 'private' })
  expect(issue?.body).toContain("- To keep the server's version, name it in `left_alone` in its file.")
  expect(issue?.body).not.toContain('**Adopt**')
})
