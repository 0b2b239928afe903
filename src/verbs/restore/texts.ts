export const HELP = {
  refs: 'the objects that were changed or added by hand, as KIND/ID',
  json: 'print what was done as JSON',
  verbose: 'list every change, however many',
  after:
    `
Example:
  herdbook restore domain-block/spam.example

This undoes the change on the server. ` +
    `It is \`herdbook apply --restore …\`, so it also applies the other changes of the files.
An object that was added by hand and is in no file is deleted. To keep such an object: herdbook adopt KIND/ID`,
}
