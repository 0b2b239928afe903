export const HELP = {
  refs: 'what was changed or added by hand',
  json: 'print what was done as JSON',
  verbose: 'list every change, however many',
  after:
    '\nExample:\n  herdbook restore domain-block/spam.example\n\nThis is `herdbook apply --restore …`: it also applies the other changes of the files.\nIt deletes an object that was added by hand and is in no file. To keep that object: herdbook adopt KIND/ID',
}
