import { Declined, type Scene } from './connections/writing.ts'
import type { Sandbox } from './index.ts'
import type { Click, PersonScope, SandboxKind } from './kind.ts'
import { KINDS } from './kinds.gen.ts'
import { findActor } from './models/people.ts'
import type { QueuedJob } from './queue.ts'
import { kindsOf } from './registry.ts'

/** What a person can click, as it is called: without the person. */
type Clicked<Clicks> = {
  readonly [Name in keyof Clicks]: Clicks[Name] extends (person: PersonScope, ...args: infer Args) => Promise<unknown>
    ? (...args: Args) => Promise<void>
    : never
}
type ClicksOf<Kind> = Kind extends { readonly clicks: infer Clicks } ? Clicks : never
type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (each: infer Each) => void
  ? Each
  : never

/** A person at Mastodon's web interface: all that the kinds let one click. */
export type WebInterface = Clicked<All<ClicksOf<(typeof KINDS)[number]>>>

/** The hand of a member: what it does is done in their name, and within what their role allows them to hand out. */
export function handOf(sandbox: Sandbox, username: string): WebInterface {
  const act = async (work: (person: PersonScope) => Promise<unknown>): Promise<void> => {
    const jobs: QueuedJob[] = []
    await sandbox.transaction(async (session) => {
      const scene: Scene = { session, version: sandbox.version, later: (job) => void jobs.push(job) }
      const actor = await findActor(session, sandbox.version, username)
      if (actor === null) throw new Declined('no-actor', `there is no @${username}`)
      await work({ ...scene, actor })
    })
    for (const job of jobs) await sandbox.queue.enqueue(job)
  }
  const clicks = kindsOf(sandbox.version).flatMap((kind: SandboxKind) => Object.entries(kind.clicks ?? {}))
  const clicked =
    (click: Click) =>
    (...args: never[]) =>
      act((person) => click(person, ...args))
  return Object.fromEntries(clicks.map(([name, click]) => [name, clicked(click)])) as WebInterface
}
