export const HELP = {
  after: `
Example:
  herdbook resume

This ends \`herdbook pause\`. The next apply applies what was merged during the pause.`,
}

export const NOT_PAUSED = 'Nothing was paused.'

export const resumed = ({ by, at, why }: { readonly by: string; readonly at: string; readonly why: string }): string =>
  `Resumed. ${by} had paused Herdbook at ${at} UTC. The reason was: ${why}\n` +
  'To apply what was merged during the pause: herdbook apply'
