// Made from instance/ by `npm run generate`. Change the example, not this file.
export const EXAMPLE: ReadonlyMap<string, string> = new Map([
  ['about.md', 'f9cc6eb784945c011caa17b0bb5486f7272fdcbcc21ae56f98ff93c223a3e4df'],
  ['announcements.yaml', '70f3e50991baa8c299b35e12bdcc0fac359e8595dd526b91ee9a3b3e4967f67e'],
  ['closed.md', '7dddae491c393ad54d09bc0e8a1c2fe629f6627cc384835b8be91e87825d1269'],
  ['domain-blocks.yaml', 'ae8a9f3c749ab5efce26a34617abfaef8c2ce6dca1cb32841cda1c60d529a7b9'],
  ['email-domain-blocks.yaml', '2c0e3e5a2041b1691bbf443fc964ef8e2e977bc75674766d880e693654955273'],
  ['instance.yaml', 'aae04572f1a489fbb5059731a506906e516814e98b65617e183ac4ea64f2c002'],
  ['ip-blocks.yaml', 'd796f4ee0eef802b2be79845d61045624883083a756d19483d76cfc99eb5b683'],
  ['moderators.yaml', '7f40b96aa76ae4e304db49ef6a862955ec3e8f6c4be940094887145ec87099a7'],
  ['policy.yaml', '37a90ddb7421c0f0c2412927b03d43381abc54b176f9000351fa7eb56a92cc0b'],
  ['privacy-policy.md', 'f6a01323dd1654953079f96ca4bb4b551b9390d973a76aaa7d626a17843f36ee'],
  ['roles.yaml', '74b39eeb4651cfe2001d5f060d23567740b47086c4f4897f650d11a6c49e89bc'],
  ['rules.yaml', '59c0420330992180af69cc50a8cabaa6247ff9f814ac71e4eda96e17eab772de'],
  ['settings.yaml', '7e4a14928a4a4fe4db52e261475a9b830dd8912876c9d17d4a87b416fdb39429'],
  ['terms-2031-01-01.md', '664db35b39eb6b397b922dc37ff29bb281a881750faa5c9f550e0444ebec3555'],
  ['terms-2031-06-01.md', '72d63d7cecd830e78f8d83af0d41f9cb4ee5f6c755fb74eaf32c417a24083301'],
  ['terms-of-service.yaml', '6bcf10d3fa6f5b45d57a831aec260a1cfb5259a71a53723fea91f59162075176'],
])
