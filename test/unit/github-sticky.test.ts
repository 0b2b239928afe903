import { expect, it } from 'vitest'
import { openSecrets } from '../../src/secrets/secrets.ts'
import { markerOf, upsertComment } from '../../src/forges/sticky-comment.ts'
import type { Io } from '../../src/session/io.ts'
import { bench } from '../support/forge.ts'

const marker = markerOf('production', 'plan')
const io = { secrets: openSecrets({}) } as Io

it('is one comment, kept up to date, beside what others write', async () => {
  await using at = await bench()
  const issue = await at.hub.act.openIssue({ by: 'mo', title: 'x', body: 'x' })
  await at.hub.act.comment(issue, `${marker}\nI am Herdbook`, 'mo')
  for (const text of ['one', 'two', 'two'])
    await upsertComment({ forge: at.forge, io }, issue, marker, `${marker}\n${text}`)
  expect([...at.hub.state.comments.values()].map(({ body, edits }) => [body, edits.length])).toEqual([
    [`${marker}\nI am Herdbook`, 0],
    [`${marker}\ntwo`, 1],
  ])
})

it('is one also where two runs begin together, and for another marker another', async () => {
  await using at = await bench()
  const issue = await at.hub.act.openIssue({ by: 'mo', title: 'x', body: 'x' })
  const write = (text: string): Promise<void> =>
    upsertComment({ forge: at.forge, io }, issue, marker, `${marker}\n${text}`)
  await Promise.all([write('one'), write('two')])
  await write('three')
  await upsertComment(
    { forge: at.forge, io },
    issue,
    markerOf('production', 'applied'),
    `${markerOf('production', 'applied')}\ndone`,
  )
  const bodies = [...at.hub.state.comments.values()].map(({ body }) => body)
  expect(bodies.filter((body) => body.startsWith(`${marker}\n`))).toEqual([`${marker}\nthree`])
  expect(bodies.at(-1)).toContain('done')
})
