import { writeFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { processIo } from '../../src/session/io.ts'
import { setStage } from '../../src/demo/stage.ts'
import { tellStory } from '../../src/demo/story.ts'
import { picture } from './picture.ts'

// The README's picture: the plan of the demo, as the real verb prints it on a terminal of this width.
process.env['FORCE_COLOR'] = '1'
let told = ''
const screen = new Writable({
  write(chunk: Buffer, _encoding, done) {
    told += chunk.toString('utf8')
    done()
  },
})
const io = { ...processIo(), stdout: Object.assign(screen, { columns: 104 }) as unknown as NodeJS.WriteStream }
const stage = await setStage(io)
try {
  await tellStory(io, stage)
} finally {
  await stage.live.close()
}
const plan = told.split(/^.*\$ herdbook plan --out.*$/m)[1]?.split(/\n.*── 2 /)[0] ?? ''
await writeFile(new URL('../../.github/plan.svg', import.meta.url), picture(plan.trim(), 'herdbook plan'))
process.exit()
