export const HELP = {
  json: 'print it as JSON',
  verbose: 'list everything, also what is left alone',
  examples: `
Example:
  herdbook drift

Exit 0 if nothing was changed or added by hand, 3 if something was, 4 if something was changed on both sides. \`herdbook plan\` shows the same differences.`,
}
