export const HELP = {
  json: 'print it as JSON',
  verbose: 'list everything, also the objects that Herdbook does not manage',
  examples:
    `
Example:
  herdbook drift

Exit 0 if nothing was changed or added by hand, 3 if something was, ` +
    '4 if something was changed both on the server and in the files. `herdbook plan` shows the same differences.',
}
