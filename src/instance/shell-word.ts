/** A name as somebody types it in a command: in quotes where a shell would take it for more than one word, or for something else. */
export const shellWord = (name: string): string =>
  /^[\p{L}\p{N}_@%+=:,./-][\p{L}\p{N}_@%+=:,./#-]*$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
