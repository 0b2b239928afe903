/** An older Node.js must be able to read this file. */
export const oldNode = ({ have, need }: { readonly have: string; readonly need: string }): string =>
  `Herdbook needs Node.js ${need} or newer. This is Node.js ${have}. Download a newer one: https://nodejs.org\n`
