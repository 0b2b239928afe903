// What a test asks this end to do wrong, as `MOMENT:N` in the environment: at the Nth time that the moment comes.
//   FAR_KILL    `before VERB`, `after VERB` (acted, and not answered), `before any` or `after any` verb that writes,
//               `effect` (right before a file gets its name, or goes)
//   FAR_GARBLE  `VERB`: acted, and answered with what nobody can read

function due(order = ''): (moment: string) => boolean {
  const [wanted, nth] = order.split(':')
  let left = Number(nth)
  return (moment) => moment === wanted && --left === 0
}

const killDue = due(process.env['FAR_KILL'])

/** Whether the answer to this verb is one that nobody can read. */
export const garbles = due(process.env['FAR_GARBLE'])

/** BaseAndHead this program with SIGKILL where a test wants it to end here. */
export function reach(moment: string): void {
  if (killDue(moment)) process.kill(process.pid, 'SIGKILL')
}
