import ssh2 from 'ssh2'

/**
 * A new ed25519 pair. ssh2 writes one private key in two hundred so that not even it can read it: those are thrown
 * away.
 */
export function ed25519Pair(): ReturnType<typeof ssh2.utils.generateKeyPairSync> {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}
