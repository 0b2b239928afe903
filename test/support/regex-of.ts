/** One regular expression of several that follow each other, so that a long one can stand on several lines. */
export const regexOf = (first: RegExp, ...rest: RegExp[]): RegExp =>
  new RegExp([first, ...rest].map((part) => part.source).join(''), first.flags)
