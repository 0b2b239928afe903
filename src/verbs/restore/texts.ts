export const HELP = {
  refs: 'what was changed or added by hand',
  json: 'print what was done as JSON',
  verbose: 'list every change, however many',
  after: `
Example:
  herdbook restore domain-block/spam.example

This is \`herdbook apply --restore …\`: it also applies the other changes of the files.
It deletes an object that was added by hand and is in no file. To keep that object: herdbook adopt KIND/ID`,
}
