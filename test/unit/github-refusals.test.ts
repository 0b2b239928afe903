import { createServer } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { openForge } from '../../src/forges/github/github.ts'
import { ALL, bench, diagnosticOf, PEOPLE, proposalFor } from '../support/forge.ts'
import { git } from '../support/git.ts'
import { github } from '../support/github.ts'

describe('refusals say what is missing', () => {
  test('a permission that the workflow lacks, by its key', async () => {
    await using one = await bench([], {}, { contents: 'read' })
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    expect(await diagnosticOf(one.forge.comment(number, 'hello'))).toMatchObject({
      code: 'forge-permission',
      exit: 10,
      message: `The token is not allowed to comment on #${number}: Resource not accessible by integration.`,
      hint: expect.stringContaining('In the workflow, add to the permissions of this job: issues: write'),
    })
    expect(
      await diagnosticOf(
        one.forge.report(git(one.hub.git, 'rev-parse', 'main'), {
          state: 'success',
          context: 'herdbook',
          description: '',
        }),
      ),
    ).toMatchObject({ hint: expect.stringContaining('statuses: write') })
    expect(await diagnosticOf(one.forge.propose(proposalFor(one.hub)))).toMatchObject({
      hint: expect.stringContaining('contents: write'),
    })
  })

  test('the setting that workflows may open pull requests', async () => {
    await using one = await bench([], { settings: { actionsMayOpenPullRequests: false } })
    expect(await diagnosticOf(one.forge.propose(proposalFor(one.hub)))).toMatchObject({
      code: 'forge-setting',
      hint: expect.stringContaining('gh api -X PUT repos/herd/instance/actions/permissions/workflow'),
    })
  })

  test('a token that GitHub does not know', async () => {
    await using one = await bench()
    const forge = await openForge({ api: one.hub.url, repository: 'herd/instance', token: 'ghp_wrong' })
    const told = await diagnosticOf(forge.openPullRequests())
    expect(told).toMatchObject({ code: 'forge-token', exit: 10, hint: expect.stringContaining('gh auth token') })
    expect(JSON.stringify(told)).not.toContain('ghp_wrong')
  })

  test('what is not there', async () => {
    await using one = await bench()
    expect(await diagnosticOf(one.forge.pullRequest(99))).toMatchObject({
      code: 'forge-missing',
      message: expect.stringContaining('read pull request #99'),
      hint: expect.stringContaining('herd/instance'),
    })
  })

  test('a body that is too long', async () => {
    await using one = await bench()
    const number = await one.hub.act.openIssue({ by: 'mo', title: 'I', body: '' })
    await one.forge.comment(number, 'x'.repeat(65_536))
    expect(await diagnosticOf(one.forge.comment(number, 'x'.repeat(65_537)))).toMatchObject({
      code: 'forge-refused',
      message: expect.stringContaining('body is too long (maximum is 65536 characters)'),
    })
    expect(one.hub.state.comments.size).toBe(1)
  })
})

test('the way to GitHub goes through the proxy that the environment names', async () => {
  await using hub = await github({ people: PEOPLE })
  const through: string[] = []
  const proxy = createServer().on('connect', (request, socket: Socket) => {
    through.push(request.url ?? '')
    const { hostname, port } = new URL(`http://${request.url ?? ''}`)
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  vi.stubEnv('HTTPS_PROXY', url)
  vi.stubEnv('HTTP_PROXY', url)
  vi.stubEnv('NO_PROXY', '')
  vi.stubEnv('no_proxy', '')
  try {
    const forge = await openForge({ api: hub.url, repository: hub.repository, token: hub.workflowToken(ALL) })
    expect(await forge.openPullRequests()).toEqual([])
    expect(through).toEqual([new URL(hub.url).host])
  } finally {
    vi.unstubAllEnvs()
    proxy.close()
  }
})
