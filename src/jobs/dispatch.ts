import { demandOwner } from '../approvals/authority.ts'
import { refuseUnsafeConfig } from '../approvals/refuse-unsafe-config.ts'
import { canWrite } from '../forges/forge.ts'
import { EXIT, fail } from '../instance/diagnostic.ts'
import { own } from '../instance/get-own.ts'
import { expect, isRerun, type Job } from '../session/job.ts'
import { oneLine, type Button } from './dispatch/button.ts'
import { acceptNewHistory, approve, begin, leave, pause, resume, unlock } from './dispatch/decisions.ts'
import { demote } from './dispatch/demote.ts'
import { plan } from './dispatch/plan.ts'
import { adopt, restore, unblock } from './dispatch/propose.ts'
import { signLedger } from './dispatch/sign-ledger.ts'
import { noSuchButton, notAllowed, OLD_PRESS } from './dispatch/texts.ts'

/** The buttons by the names that the workflow lists. */
const BUTTONS: { readonly [name: string]: Button } = {
  plan: { press: plan },
  adopt: { press: adopt },
  restore: { press: restore },
  leave: { press: leave, onceOnly: true },
  unblock: { press: unblock },
  approve: { press: approve, ownersOnly: true, onceOnly: true },
  demote: { press: demote, ownersOnly: true, onceOnly: true },
  pause: { press: pause },
  resume: { press: resume },
  unlock: { press: unlock, ownersOnly: true },
  begin: { press: begin, ownersOnly: true, onceOnly: true },
  'new-history': { press: acceptNewHistory, ownersOnly: true, onceOnly: true },
  'new-key': { press: signLedger, ownersOnly: true, onceOnly: true },
}

/** Does what a person pressed a button for, and writes the result into the summary of the run. */
export async function run(job: Job): Promise<void> {
  const { event } = expect(job, ['workflow_dispatch'])
  const { verb = '', object = '', reason = '' } = event.inputs
  const button = buttonOf(verb)
  await refusePerson(job, button, event.sender)
  if (button.onceOnly && isRerun(job.io)) fail(EXIT.refused, 'run-again', OLD_PRESS.message, { hint: OLD_PRESS.hint })
  const press = { object: oneLine('object', object), reason: oneLine('reason', reason), by: event.sender }
  await job.summarize(await button.press(job, press))
}

function buttonOf(name: string): Button {
  const button = own(BUTTONS, name)
  if (button !== undefined) return button
  const { message, hint } = noSuchButton({ button: name.slice(0, 40), buttons: Object.keys(BUTTONS) })
  return fail(EXIT.invalid, 'no-button', message, { hint })
}

/** Refuses (exit 5) a person who may not press this button. */
async function refusePerson(job: Job, { ownersOnly }: Button, login: string): Promise<void> {
  if (!canWrite(await job.forge.permission(login))) {
    const { message, hint } = notAllowed({ login })
    fail(EXIT.refused, 'not-allowed', message, { hint })
  }
  if (!ownersOnly) return
  await refuseUnsafeConfig(job)
  await demandOwner(job, login)
}
