declare module 'tr46' {
  /** The ASCII form of a name by UTS 46; null where it has none. */
  export function toASCII(
    domain: string,
    options?: { readonly transitionalProcessing?: boolean; readonly checkBidi?: boolean },
  ): string | null
}
