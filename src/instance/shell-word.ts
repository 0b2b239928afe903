/** A name as people type it in a command: in quotes if a shell would not read it as one word. */
export const shellWord = (name: string): string =>
  /^[\p{L}\p{N}_@%+=:,./-][\p{L}\p{N}_@%+=:,./#-]*$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
